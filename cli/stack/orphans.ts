import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process as `/proc` tells it. */
export interface Process {
  pid: number;
  parent: number;
  /** The kernel's name of it, at most 15 characters. */
  name: string;
  /** Its words, with spaces between them. */
  command: string;
  folder: string;
}

/** Plugins by their names; they look for their Pulumi every five minutes only, or never. */
const plugin = /^pulumi-(resource|language|analyzer)/;
/** The SDK's scripts that are plugins as well: dynamic providers and policy packs. */
const script = /\/@pulumi\/pulumi\/cmd\/(dynamic-provider|run-policy-pack)\//;
/** Plugins end at once when asked to; what does not is stuck. */
const patienceMs = 3000;

/** Plugins at work in a checkout that no Pulumi has started: theirs is gone. */
export function orphansOf(processes: readonly Process[], checkout: string): Process[] {
  const host = /\/pulumi-language-nodejs /; // starts policy packs, and is itself a plugin of Pulumi's
  const parents = processes.filter(({ name, command }) => name === "pulumi" || host.test(command));
  const engines = new Set(parents.map(({ pid }) => pid));
  const inside = ({ folder }: Process) => folder === checkout || folder.startsWith(`${checkout}/`);
  return processes.filter((one) => {
    const isPlugin = plugin.test(one.name) || script.test(one.command);
    return isPlugin && inside(one) && !engines.has(one.parent);
  });
}

/** Ends such plugins, or they would go on making what the next run makes as well. */
export async function endOrphans(checkout: string, note: (text: string) => void): Promise<void> {
  const found = orphansOf(allProcesses(), checkout);
  if (found.length === 0) return;
  note(`ending ${found.length} plugins of a Pulumi that is gone`);
  for (const { pid } of found) signal(pid, "SIGTERM");
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const left = orphansOf(allProcesses(), checkout).filter(({ pid }) => {
      return found.some((one) => one.pid === pid);
    });
    if (left.length === 0) return;
    if (Date.now() > deadline) for (const { pid } of left) signal(pid, "SIGKILL");
    await sleep(100);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended meanwhile
  }
}

/** Every process that may be looked at, without those that have ended but are still listed. */
function allProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
        const end = stat.lastIndexOf(")");
        const [state, parent] = stat.slice(end + 2).split(" ");
        if (state === "Z") return [];
        const name = stat.slice(stat.indexOf("(") + 1, end);
        const folder = readlinkSync(`/proc/${entry}/cwd`);
        const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
        return [{ pid: Number(entry), parent: Number(parent), name, command, folder }];
      } catch {
        return []; // ended meanwhile, or somebody else's
      }
    });
}
