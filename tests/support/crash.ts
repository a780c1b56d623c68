import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How an `up` is cut off. */
export const crashKinds = ["everything", "pulumi", "lab", "interrupt"] as const;
export type CrashKind = (typeof crashKinds)[number];

interface Process {
  pid: number;
  parent: number;
  name: string;
  cwd: string;
}

/** Every process of the machine that may be looked at. */
function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (rest[0] === "Z") return [];
        return [
          {
            pid: Number(name),
            parent: Number(rest[1]),
            name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")),
            cwd: readlinkSync(`/proc/${name}/cwd`),
          },
        ];
      } catch {
        return []; // ended meanwhile
      }
    });
}

/** A process and all that it started, as far as the chain of parents is whole. */
function tree(root: number): Process[] {
  const all = processes();
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

/** Pulumi and its plugins that are at work in a checkout. */
export function pulumiProcesses(checkout: string): string[] {
  return processes()
    .filter(({ cwd, name }) => name.startsWith("pulumi") && cwd.startsWith(checkout))
    .map(({ pid, name }) => `${name} (${pid})`);
}

/**
 * Starts `./lab up --yes` and cuts it off after some seconds.
 *
 * @returns false when it had ended by itself.
 */
export async function cutOff(checkout: string, kind: CrashKind, seconds: number): Promise<boolean> {
  // A group of its own, so that an interrupt can reach all of it, as a terminal's Ctrl-C does.
  const options = { cwd: checkout, stdio: "ignore", detached: true } as const;
  const child = spawn("./lab", ["up", "--yes"], options);
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => resolve());
  });
  const stillRuns = await Promise.race([
    sleep(seconds * 1000, true, { ref: false }),
    ended.then(() => false),
  ]);
  if (!stillRuns) return false;
  strike(child.pid!, kind);
  await ended;
  return true;
}

function strike(root: number, kind: CrashKind): void {
  if (kind === "lab") return kill(root, "SIGKILL");
  if (kind === "interrupt") return kill(-root, "SIGINT");
  const all = tree(root);
  const engine = all.filter(({ name }) => name === "pulumi");
  // Before Pulumi was started there is only the whole to be killed.
  const victims = kind === "pulumi" && engine.length > 0 ? engine : all;
  for (const { pid } of victims) kill(pid, "SIGKILL");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
