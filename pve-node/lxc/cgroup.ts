import { existsSync } from "node:fs";
import { readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sameLimit, type CgroupLimit, type CgroupVersion } from "./cgroupKeys";

const root = "/sys/fs/cgroup";

/** The machine's cgroup version; hybrid machines have their controllers on version 1. */
export function cgroupVersion(): CgroupVersion {
  return existsSync(join(root, "cgroup.controllers")) ? 2 : 1;
}

/** A file of a CT's cgroup. */
function fileOf(vmid: number, key: string, version: CgroupVersion): string {
  const controller = key.slice(0, key.indexOf("."));
  return version === 1
    ? join(root, controller, "lxc", String(vmid), key)
    : join(root, "lxc", String(vmid), key);
}

/** Value of a file of the CT's cgroup; undefined when there is no such file. */
export async function readCgroup(
  vmid: number,
  key: string,
  version = cgroupVersion(),
): Promise<string | undefined> {
  try {
    return (await readFile(fileOf(vmid, key, version), "utf8")).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENODEV") return undefined;
    throw error;
  }
}

/** Whether the machine counts swap per cgroup. */
export function hasSwapAccounting(version = cgroupVersion()): boolean {
  if (version === 1) return existsSync(join(root, "memory", "memory.memsw.limit_in_bytes"));
  return ["memory.swap.max", "init.scope/memory.swap.max"].some((f) => existsSync(join(root, f)));
}

/** CPUs that the node may use, as a list such as `0-3`. */
export async function availableCpuList(version = cgroupVersion()): Promise<string> {
  const file =
    version === 1 ? join(root, "cpuset", "cpuset.cpus") : join(root, "cpuset.cpus.effective");
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trim() || (await readFile("/sys/devices/system/cpu/online", "utf8")).trim();
}

/** Limits that are not in force, as texts. */
export async function limitsNotInForce(vmid: number, limits: CgroupLimit[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { key, value } of limits) {
    const actual = await readCgroup(vmid, key);
    if (actual !== undefined && sameLimit(key, actual, value)) continue;
    wrong.push(`${key} must be ${value}, got ${actual ?? "no such file"}`);
  }
  return wrong;
}

/**
 * Changes limits of a running CT. Memory limits depend on each other: the sum with swap may never be
 * below memory, so whichever order works is found by a second round.
 */
export async function applyLimits(vmid: number, limits: CgroupLimit[]): Promise<void> {
  const version = cgroupVersion();
  for (const innermostFirst of [true, false]) {
    for (const { key, value } of limits) {
      const files = [fileOf(vmid, key, version)];
      if (version === 1 && key === "cpuset.cpus") files.push(...(await sameCpusBelow(files[0]!)));
      if (innermostFirst) files.reverse();
      // A limit that the kernel does not take is found when the limits are read back.
      for (const file of files) await writeFile(file, value).catch(() => undefined);
    }
  }
  const wrong = await limitsNotInForce(vmid, limits);
  if (wrong.length > 0) throw new Error(wrong.join("; "));
}

/**
 * Version 1 copies a group's CPUs into the groups made in it and then keeps them: those below a CT's
 * own group that have what the CT itself got. A Docker container's own choice is not among them.
 */
async function sameCpusBelow(file: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (group: string, wanted?: string) => {
    const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((entry) => entry.isDirectory())) {
      const below = join(group, entry.name);
      const own = await readFile(join(below, "cpuset.cpus"), "utf8").catch(() => "");
      if (wanted !== undefined && own !== wanted) continue;
      found.push(join(below, "cpuset.cpus"));
      await visit(below, own);
    }
  };
  await visit(dirname(file));
  return found;
}

/** Removes the empty groups that a killed monitor left: LXC would not start in them. */
export async function removeStaleCgroups(vmid: number): Promise<void> {
  const controllers =
    cgroupVersion() === 2
      ? [root]
      : (await readdir(root, { withFileTypes: true }))
          .filter((entry) => entry.isDirectory())
          .map((entry) => join(root, entry.name));
  for (const controller of controllers) {
    for (const parent of ["lxc", "lxc.monitor"])
      await removeTree(join(controller, parent, String(vmid)));
  }
}

async function removeTree(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(group, entry.name));
  await rmdir(group).catch(() => undefined);
}

/** Moves this process, hence its children to come, into the groups of another one. */
export async function joinCgroupsOf(pid: number): Promise<void> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, "utf8")).trim().split("\n");
  const version2 = cgroupVersion() === 2 ? "" : "unified";
  for (const line of lines) {
    const [, controllers = "", path = "/"] = line.split(":");
    const hierarchy = controllers.replace(/^name=/, "") || version2;
    const group = join(root, hierarchy, path);
    // Hierarchies that are not mounted here hold nothing of a CT.
    await writeFile(join(group, "cgroup.procs"), String(process.pid)).catch(() => undefined);
  }
}
