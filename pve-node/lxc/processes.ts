import { readFile } from "node:fs/promises";
import { run } from "../os/command";
import type { LxcHost } from "./lxcHost";
import { lxcDirectory } from "./lxcHost";
import { waitFor } from "./waitFor";

/** Clock ticks per second of the times in `/proc`; fixed in Linux's interface to programs. */
const ticksPerSecond = 100;

/** The ids that have a monitor: its abstract socket accepts commands. */
export async function runningVmids(host: LxcHost): Promise<Set<number>> {
  const sockets = await readFile("/proc/net/unix", "utf8");
  const parent = lxcDirectory(host, 0).replace(/0$/, "");
  const found = new Set<number>();
  for (const line of sockets.split("\n")) {
    const at = line.indexOf(` @${parent}`);
    const match = at < 0 ? null : /^(\d+)\/command$/.exec(line.slice(at + 2 + parent.length));
    if (match) found.add(Number(match[1]));
  }
  return found;
}

export async function isRunning(host: LxcHost, vmid: number): Promise<boolean> {
  return (await runningVmids(host)).has(vmid);
}

/** Process id of a CT's init on the node; undefined when it does not run. */
export async function initPid(vmid: number): Promise<number | undefined> {
  const text = await run("lxc-info", ["-n", String(vmid), "-H", "-p"]).catch(() => "");
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** True when a process that runs now still does so after some milliseconds. */
export async function staysAlive(pid: number, milliseconds: number): Promise<boolean> {
  const start = await startOf(pid);
  if (start === undefined) return false;
  // Asked often, so that the end is seen soon; by start time, for a pid may be given again.
  return !(await waitFor(async () => (await startOf(pid)) !== start, milliseconds / 1000));
}

/** Start time of a process that is more than an entry for its parent to read; else undefined. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" || state === "Z" || state === "X" ? undefined : fields[18];
}

/** Seconds since a process was started. */
export async function processUptime(pid: number): Promise<number> {
  const [stat, uptime] = await Promise.all([readFile(`/proc/${pid}/stat`, "utf8"), bootUptime()]);
  // The command's name (field 2) is in parentheses and may hold spaces.
  const started = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]) / ticksPerSecond;
  return Math.max(0, Math.floor(uptime - started));
}

async function bootUptime(): Promise<number> {
  return Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
}
