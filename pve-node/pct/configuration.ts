import { withPending, printDescription, type CtSection } from "../codec/ctConfig";
import { failure } from "../errors";
import { changeCt, readCt } from "../lxc/configStore";
import type { LxcHost } from "../lxc/lxcHost";
import { createCt, refuseExisting, reserveCt } from "../lxc/create";
import { destroyCt } from "../lxc/destroy";
import {
  configOptions,
  createOptions,
  numberedOptions,
  optionTexts,
  storedDescription,
} from "../lxc/options";
import { checkSshKeys, planCreate } from "../lxc/plan";
import { resizeCt } from "../lxc/resize";
import { startCt } from "../lxc/start";
import { listCts } from "../lxc/ctStatus";
import { updateCt } from "../lxc/update";
import { parseCall, verifyCall, vmidOf } from "./arguments";
import { terminalLog } from "./power";

const createParams = { ...configOptions, ...createOptions };
const isFlag = (name: string) =>
  ({ ...createParams, purge: { type: "boolean" } })[name]?.type === "boolean";

/** `pct list` */
export async function listCommand(host: LxcHost): Promise<number> {
  const cts = await listCts(host);
  const row = (...cells: string[]) =>
    process.stdout.write(
      `${cells[0]!.padEnd(10)} ${cells[1]!.padEnd(10)} ${cells[2]!.padEnd(12)} ${cells[3]!.padEnd(20)}\n`,
    );
  if (cts.length > 0) row("VMID", "Status", "Lock", "Name");
  for (const { vmid, status, lock, name } of cts) row(String(vmid), status, lock ?? "", name);
  return 0;
}

/** `pct config VMID [--current] [--snapshot NAME]` */
export async function configCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, (name) => name === "current");
  const vmid = vmidOf(call.words[0]);
  const { config } = await readCt(host, vmid);
  const name = call.options.get("snapshot")?.[0];
  let section: CtSection | undefined = config;
  if (name !== undefined)
    section = Object.hasOwn(config.snapshots, name) ? config.snapshots[name] : undefined;
  else if (call.options.get("current")?.[0] !== "1") section = withPending(config);
  if (!section) throw failure(`snapshot '${name}' does not exist`);
  const lines: [string, string][] = Object.entries(section.options);
  if (section.description) {
    const text = printDescription(section.description).map((line) => line.slice(1));
    lines.push(["description", `${text.join("%0A")}%0A`]);
  }
  lines.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, value] of [...lines, ...section.raw])
    process.stdout.write(`${`${key}: ${value}`.trimEnd()}\n`);
  return 0;
}

/** `pct set VMID --OPTION VALUE … [--delete OPTIONS] [--revert OPTIONS] [--digest SHA1]` */
export async function setCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, isFlag);
  const vmid = vmidOf(call.words[0]);
  const text = { type: "string", optional: true } as const;
  const { params, empty } = verifyCall(
    call,
    {},
    {
      params: {
        ...configOptions,
        delete: { ...text, format: "string-list" },
        revert: text,
        digest: text,
      },
      patterns: numberedOptions,
    },
  );
  const list = (value: string | number | boolean | undefined) =>
    String(value ?? "")
      .split(/[\s,;]+/)
      .filter(Boolean);
  const deletes = list(params.delete);
  const set = optionTexts(params);
  if (empty.has("tags")) {
    delete set.tags;
    deletes.push("tags");
  }
  const { description } = params;
  await updateCt(host, vmid, {
    set,
    ...(empty.has("description") && { description: "" }),
    ...(description !== undefined && { description: storedDescription(String(description)) }),
    delete: deletes,
    revert: list(params.revert),
    ...(params.digest !== undefined && { digest: String(params.digest) }),
  });
  return 0;
}

/** `pct create VMID TEMPLATE --OPTION VALUE …` */
export async function createCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, isFlag);
  const [id, ostemplate] = call.words;
  const positional = { vmid: String(vmidOf(id)), ...(ostemplate && { ostemplate }) };
  const { params } = verifyCall(call, positional, {
    params: createParams,
    patterns: numberedOptions,
  });
  for (const name of ["restore", "force", "ha-managed", "unique"])
    if (params[name] === true) throw failure(`--${name} is not available on this node`);
  const keys = params["ssh-public-keys"];
  if (keys !== undefined) checkSshKeys(String(keys));
  await refuseExisting(host, Number(params.vmid));
  const request = planCreate(params);
  const log = terminalLog();
  await reserveCt(host, request);
  await createCt(host, request, log);
  if (params.start === true) await startCt(host, request.vmid, log);
  return 0;
}

/** `pct destroy VMID [--force] [--purge]` */
export async function destroyCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, () => true);
  const vmid = vmidOf(call.words[0]);
  await destroyCt(host, vmid, call.options.get("force")?.[0] === "1", terminalLog());
  return 0;
}

/** `pct resize VMID DISK SIZE` */
export async function resizeCommand(host: LxcHost, args: string[]): Promise<number> {
  const [id, disk, size] = args;
  if (!disk || !size) throw failure("400 not enough arguments");
  await resizeCt(host, vmidOf(id), { disk, size }, terminalLog());
  return 0;
}

/** `pct unlock VMID` */
export async function unlockCommand(host: LxcHost, args: string[]): Promise<number> {
  await changeCt(host, vmidOf(args[0]), (config) => {
    delete config.options.lock;
  });
  return 0;
}
