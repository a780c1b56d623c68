import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { TaskLog } from "../contract";
import { detectArch, detectOsType } from "./guest/detect";
import {
  hasGuestSetup,
  setUpForCreation,
  type CreationSecrets,
  type SetupLog,
} from "./guest/setup";
import type { LxcHost } from "./lxcHost";
import { rootfsDirectory } from "./lxcHost";
import { idMap } from "./lxcConfig";
import { mountVolumes } from "./mounting";

/**
 * Filling a new CT's disk happens in a process of its own, with its own mount and process namespaces:
 * whatever ends it, also a kill of the API, takes the mount, its loop device and `tar` with it.
 */
export interface PopulateRequest {
  vmid: number;
  options: Record<string, string>;
  /** Template on the node. */
  archive: string;
  secrets: CreationSecrets;
}

/** What was found in the template. */
export interface PopulateResult {
  arch?: string;
  ostype?: string;
}

type Message = { line: string } | { warn: string } | { error: string } | { result: PopulateResult };

/** Starts that process and passes its log on. Secrets go through its standard input. */
export async function populate(
  host: LxcHost,
  request: PopulateRequest,
  log: TaskLog,
): Promise<PopulateResult> {
  const isolation = [
    "--mount",
    "--propagation",
    "private",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child",
  ];
  const child = spawn("unshare", [...isolation, host.pct, "populate"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined); // its end is reported by its status
  child.stdin.write(`${JSON.stringify(request)}\n`); // stays open: its end means that we are gone
  const stop = () => void child.stdin.end();
  log.signal.addEventListener("abort", stop);
  let result: PopulateResult | undefined;
  let failed: string | undefined;
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr = (stderr + data.toString()).slice(-2000)));
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (text) => {
    const message = JSON.parse(text) as Message;
    if ("line" in message) log.line(message.line);
    else if ("warn" in message) log.warn(message.warn);
    else if ("error" in message) failed = message.error;
    else result = message.result;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  }).finally(() => log.signal.removeEventListener("abort", stop));
  if (log.signal.aborted) throw new Error("received interrupt");
  if (code === 0 && result) return result;
  throw new Error(failed ?? `filling the disk failed: exit code ${code}: ${stderr.trim()}`);
}

/** The other side: reads the request, works, and answers one JSON message per line. */
export async function servePopulate(host: LxcHost): Promise<number> {
  const say = (message: Message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const input = createInterface({ input: process.stdin });
  const request = await new Promise<PopulateRequest>((resolve) =>
    input.once("line", (text) => resolve(JSON.parse(text) as PopulateRequest)),
  );
  const orphaned = () => process.exit(1);
  input.once("close", orphaned);
  const log: SetupLog = { line: (line) => say({ line }), warn: (warn) => say({ warn }) };
  let code = 0;
  try {
    say({ result: await fill(host, request, log) });
  } catch (error) {
    say({ error: (error as Error).message });
    code = 1;
  }
  input.off("close", orphaned);
  process.stdin.destroy(); // the other side keeps it open
  return code;
}

async function fill(host: LxcHost, request: PopulateRequest, log: SetupLog) {
  const { vmid, archive, secrets } = request;
  await mkdir(rootfsDirectory(host, vmid), { recursive: true });
  const guest = await mountVolumes(host, vmid, request.options);
  log.line(`extracting archive '${archive}'`);
  await extract(archive, guest.directory, request.options.unprivileged === "1", log);
  const arch = await detectArch(guest);
  if (arch) log.line(`Detected container architecture: ${arch}`);
  const ostype = request.options.ostype ?? (await detectOsType(guest));
  if (!ostype) throw new Error("unable to detect OS distribution; give ostype");
  const options = { ...request.options, ostype };
  if (hasGuestSetup(options)) await setUpForCreation(guest, vmid, options, secrets, log);
  return { ...(arch && { arch }), ostype };
}

const decompressor: Record<string, string> = {
  ".gz": "--gzip",
  ".xz": "--xz",
  ".zst": "--zstd",
  ".bz2": "--bzip2",
};

async function extract(archive: string, target: string, unprivileged: boolean, log: SetupLog) {
  if (!existsSync(archive))
    throw new Error(`failed to open '${archive}': No such file or directory`);
  const suffix = /\.[a-z0-9]+$/.exec(archive)?.[0] ?? "";
  const tar = [
    ...["tar", "--extract", "--preserve-permissions", "--numeric-owner", "--totals", "--sparse"],
    ...["--acls", "--xattrs", "--xattrs-include=user.*", "--xattrs-include=security.capability"],
    ...["--warning=no-xattr-write", "--anchored", "--exclude=./dev/*"],
    ...(decompressor[suffix] ? [decompressor[suffix]] : []),
    ...["-f", archive, "-C", target],
  ];
  // In the CT's own user namespace the archive's ids become the CT's.
  const map = (kind: string) => ["-m", `${kind}:0:${idMap.first}:${idMap.count}`];
  const command = unprivileged ? ["lxc-usernsexec", ...map("u"), ...map("g"), "--", ...tar] : tar;
  const said: string[] = [];
  const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
  createInterface({ input: child.stderr }).on("line", (text) => {
    if (text.startsWith("Total bytes read")) log.line(text);
    else said.push(text);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  if (code !== 0)
    throw new Error(
      `extracting the archive failed: exit code ${code}: ${said.slice(-5).join("; ")}`,
    );
}
