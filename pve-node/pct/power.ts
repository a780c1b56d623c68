import { writeFile } from "node:fs/promises";
import type { TaskLog } from "../contract";
import { readCt } from "../lxc/configStore";
import { startErrorFile, type LxcHost } from "../lxc/lxcHost";
import { isRunning } from "../lxc/processes";
import { startCt } from "../lxc/start";
import { ctStatus } from "../lxc/ctStatus";
import { rebootCt, shutdownCt, stopCt } from "../lxc/stop";
import { waitFor } from "../lxc/waitFor";
import { errorText, parseCall, verifyCall, vmidOf } from "./arguments";

/** A task's log on the terminal; an interrupt asks the work to stop. */
export function terminalLog(): TaskLog {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  return {
    line: (text) => void process.stdout.write(`${text}\n`),
    warn: (text) => void process.stderr.write(`WARN: ${text}\n`),
    signal: abort.signal,
  };
}

const flag = { type: "boolean", optional: true } as const;
const seconds = { type: "integer", optional: true, minimum: 0 } as const;

const parameters = {
  debug: flag,
  skiplock: flag,
  "overrule-shutdown": flag,
  timeout: seconds,
  forceStop: flag,
};
type Name = keyof typeof parameters;

function powerCall(args: string[], allowed: Name[]) {
  const params = Object.fromEntries(allowed.map((name) => [name, parameters[name]]));
  const call = parseCall(args, (name) => parameters[name as Name]?.type === "boolean");
  const verified = verifyCall(call, {}, { params });
  return { vmid: vmidOf(call.words[0]), params: verified.params };
}

export async function startCommand(host: LxcHost, args: string[]): Promise<number> {
  const { vmid } = powerCall(args, ["debug", "skiplock"]);
  await startCt(host, vmid, terminalLog());
  return 0;
}

export async function stopCommand(host: LxcHost, args: string[]): Promise<number> {
  const { vmid } = powerCall(args, ["skiplock", "overrule-shutdown"]);
  await stopCt(host, vmid);
  return 0;
}

export async function shutdownCommand(host: LxcHost, args: string[]): Promise<number> {
  const { vmid, params } = powerCall(args, ["timeout", "forceStop"]);
  await shutdownCt(host, vmid, {
    ...(params.timeout !== undefined && { timeoutSeconds: Number(params.timeout) }),
    forceStop: params.forceStop === true,
  });
  return 0;
}

export async function rebootCommand(host: LxcHost, args: string[]): Promise<number> {
  const { vmid, params } = powerCall(args, ["timeout"]);
  const timeout = params.timeout === undefined ? undefined : Number(params.timeout);
  await rebootCt(host, vmid, timeout, terminalLog());
  return 0;
}

/** `pct status VMID [--verbose]` */
export async function statusCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, () => true);
  const vmid = vmidOf(call.words[0]);
  if (call.options.has("verbose")) {
    const status = await ctStatus(host, vmid);
    for (const [key, value] of Object.entries(status).sort(([a], [b]) => (a < b ? -1 : 1)))
      process.stdout.write(`${key}: ${value}\n`);
    return 0;
  }
  await readCt(host, vmid);
  process.stdout.write(`status: ${(await isRunning(host, vmid)) ? "running" : "stopped"}\n`);
  return 0;
}

/** How long the monitor of a CT that reboots may take to leave. */
const monitorSeconds = 30;

/** The second half of a reboot from inside: called by the CT's hook, which the monitor waits for. */
export async function restartAfterStop(host: LxcHost, vmid: number): Promise<number> {
  await waitFor(async () => !(await isRunning(host, vmid)), monitorSeconds);
  try {
    await startCt(host, vmid, terminalLog());
    return 0;
  } catch (error) {
    // Nobody waits for this; the file is where a start says why it failed.
    await writeFile(startErrorFile(host, vmid), `${errorText(error)}\n`);
    return 1;
  }
}
