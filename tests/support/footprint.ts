import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What is on a machine that a lab might leave behind, by kind. */
export type Footprint = Record<string, string[]>;

const lines = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: "utf8" }).split("\n").filter(Boolean).sort();

/** Names in a folder; of the home directory two levels, for programs keep their own folders there. */
function names(folder: string, depth = 1): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return depth > 1 && entry.isDirectory() ? [path, ...names(path, depth - 1)] : [path];
    });
  } catch {
    return [];
  }
}

/**
 * What files of the lab and of the programs that it runs are called. Others come and go: programs of
 * the machine have nothing to do with a lab.
 */
const ours = /lab|pulumi|pve|lxc|tsx|node|npm|go-build|docker|recorded/i;

/** Looks at the machine. The caches, which stay by intention, are not a part of it. */
export function footprint(): Footprint {
  const cache = process.env.HOMELAB_CACHE ?? join(homedir(), ".cache", "homelab");
  return {
    containers: lines("docker", "ps", "-aq", "--no-trunc"),
    // Not those of Docker itself, which its daemon makes anew at each start.
    networks: lines("docker", "network", "ls", "-q", "--no-trunc", "--filter", "type=custom"),
    volumes: lines("docker", "volume", "ls", "-q"),
    interfaces: readdirSync("/sys/class/net").sort(),
    loops: lines("losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-INO"),
    mounts: readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[4] ?? "")
      .sort(),
    processes: lines("ps", "-eo", "args", "-ww").filter((args) =>
      /pulumi|lxc|pve-node|ssh .*(?:ControlMaster|\.lab)|dockerd|socat/.test(args),
    ),
    files: [
      ...names(homedir(), 2),
      ...names(join(homedir(), ".config"), 2),
      ...["/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/opt", "/usr/local/bin"].flatMap((f) =>
        names(f),
      ),
    ].filter((path) => ours.test(path) && !path.startsWith(cache)),
  };
}

/** What is there now and was not before, by kind; kinds without anything are left out. */
export function added(before: Footprint, now: Footprint): Footprint {
  const entries = Object.entries(now).map(([kind, found]): [string, string[]] => {
    const left = [...(before[kind] ?? [])];
    const fresh = found.filter((item) => {
      const at = left.indexOf(item);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return [kind, fresh];
  });
  return Object.fromEntries(entries.filter(([, fresh]) => fresh.length > 0));
}

/** The machine before the first `up` of this run; undefined when a file is run by itself. */
export const beforeUp: { footprint?: Footprint } = {};
