import { existsSync } from "node:fs";
import { apiValue, type CtConfig } from "../codec/ctConfig";
import { allocationOf, parseVolumeOption, printVolumeOption } from "../codec/mountPoint";
import { volumeType, type MountPoint } from "../codec/mountPoint";
import { parseNet } from "../codec/net";
import { formatSize, parseSize } from "../codec/size";
import { ownerOf } from "../codec/volume";
import { failure, parameterError } from "../errors";
import { applyLimits, availableCpuList, cgroupVersion, hasSwapAccounting } from "./cgroup";
import { cpuLimits, cpuSet, memoryLimits, parseCpuList, type CgroupLimit } from "./cgroupKeys";
import { readCt, refuseLocked, withConfigLock, writeCt } from "./configStore";
import { allocateDisk, freeDisk } from "./disks";
import type { LxcHost } from "./lxcHost";
import { rootUidOf } from "./lxcConfig";
import { isConfigOption } from "./options";
import { allocation, storedNet } from "./plan";
import { isRunning } from "./processes";
import { namedVolumes, volumeNamedBy } from "./volumes";

/** A change of a CT's configuration; option texts are checked and spelt as stored. */
export interface ConfigChange {
  set: Record<string, string>;
  /** The empty string removes it. */
  description?: string;
  delete: string[];
  /** Pending changes to take back. */
  revert: string[];
  digest?: string;
}

/** Options that a CT cannot be without. */
const required = ["rootfs", "memory", "ostype", "arch"];

/** Options that a running CT takes up at once, by being written down. */
const immediate = new Set(
  "description onboot startup protection hostname hookscript tags lock".split(" "),
);
const memoryKeys = new Set(["memory", "swap"]);
const cpuKeys = new Set(["cpulimit", "cpuunits", "cores"]);

/** Whether a running CT takes up a change at once; the rest waits for its next start. */
export const isLive = (key: string) =>
  immediate.has(key) || memoryKeys.has(key) || cpuKeys.has(key) || /^unused\d+$/.test(key);

/** @throws with Proxmox's text when the change makes no sense, whatever the CT's state. */
export function checkChange(change: ConfigChange): void {
  const { set, delete: deletes, revert, description } = change;
  const count = Object.keys(set).length + deletes.length + revert.length;
  if (count === 0 && description === undefined) throw failure("no options specified");
  if (set.unprivileged !== undefined)
    throw failure("unable to modify read-only option: 'unprivileged'");
  refuseUnknown({ delete: deletes, revert });
  for (const key of deletes) {
    if (required.includes(key)) throw failure(`unable to delete required option '${key}'`);
    if (Object.hasOwn(set, key))
      throw parameterError({
        delete: `you can't use '-${key}' and -delete ${key}' at the same time`,
      });
  }
}

/** @throws 400 for the first name that is no option; `lists` holds them by parameter. */
export function refuseUnknown(lists: Record<"delete" | "revert", string[]>): void {
  for (const [parameter, keys] of Object.entries(lists))
    for (const key of keys)
      if (!isConfigOption(key)) throw parameterError({ [parameter]: `unknown option '${key}'` });
}

/** Changes a configuration: at once where the CT is stopped or can take it, else as pending. */
export async function updateCt(host: LxcHost, vmid: number, change: ConfigChange): Promise<void> {
  checkChange(change);
  await withConfigLock(host, vmid, async () => {
    const { config, digest } = await readCt(host, vmid);
    if (change.digest !== undefined && change.digest !== digest)
      throw failure("detected modified configuration - file changed by other user? Try again.");
    refuseLocked(config);
    const running = await isRunning(host, vmid);
    const made: string[] = [];
    let freed: string[];
    try {
      const set = await resolveVolumes(host, vmid, config, change.set, made);
      const before = { ...config.options };
      freed = applyChange(config, { ...change, set }, running);
      if (running) for (const key of Object.keys(set)) refuseUnknownBridge(key, set[key]!);
      if (running) await hotplug(vmid, before, config.options);
      await writeCt(host, vmid, config);
    } catch (error) {
      // The configuration was not written, so the disks that were made for the change belong to no CT.
      for (const volid of made) await freeDisk(host, vmid, volid);
      throw error;
    }
    const named = new Set(namedVolumes(config));
    for (const volid of freed) if (!named.has(volid)) await freeDisk(host, vmid, volid);
  });
}

/**
 * Writes a change into a configuration.
 *
 * @returns volumes that nothing refers to any more.
 */
export function applyChange(config: CtConfig, change: ConfigChange, running: boolean): string[] {
  const { options, pending } = config;
  const freed: string[] = [];
  if (change.description !== undefined) {
    if (change.description === "") delete config.description;
    else config.description = change.description;
  }
  const forget = (key: string) => {
    const waiting = pending.options[key];
    delete pending.options[key];
    pending.delete = pending.delete.filter((other) => other !== key);
    return waiting;
  };
  /** A volume that waited for the next start is not lost when the change is taken back. */
  const takeBack = (key: string) => {
    const waiting = forget(key);
    const volume = waiting === undefined ? undefined : volumeNamedBy(key, waiting);
    if (volume !== undefined && !namedVolumes(config).includes(volume)) keepUnused(options, volume);
  };
  for (const key of change.revert) takeBack(key);
  for (const [key, value] of Object.entries(change.set)) {
    forget(key);
    if (!running || isLive(key)) options[key] = value;
    else if (options[key] !== value) pending.options[key] = value;
  }
  for (const key of change.delete) {
    takeBack(key);
    if (key === "description") delete config.description;
    if (options[key] === undefined) continue;
    // Without it the CT's root would be the node's.
    if (key === "unprivileged") throw failure(`unable to modify read-only option: '${key}'`);
    if (running && !isLive(key)) pending.delete.push(key);
    else freed.push(...removeOption(options, key));
  }
  return freed;
}

/** A detached volume stays as `unusedN`; only removing that frees it. */
function removeOption(options: Record<string, string>, key: string): string[] {
  const value = options[key]!;
  delete options[key];
  if (/^unused\d+$/.test(key)) return [value];
  if (/^mp\d+$/.test(key)) {
    const volume = volumeNamedBy(key, value);
    if (volume !== undefined) keepUnused(options, volume);
  }
  return [];
}

/** Keeps a volume that nothing uses any more under the first free `unusedN`. */
export function keepUnused(options: Record<string, string>, volume: string): void {
  let n = 0;
  while (options[`unused${n}`] !== undefined) n++;
  options[`unused${n}`] = volume;
}

/** @throws unless the volume is a disk of this CT that nothing else of its configuration names. */
function checkUnused(config: CtConfig, vmid: number, key: string, volume: string): void {
  if (ownerOf(volume) !== vmid)
    throw parameterError({ [key]: `volume '${volume}' is not owned by CT ${vmid}` });
  const old = config.options[key];
  if (old !== volume && namedVolumes(config).includes(volume))
    throw parameterError({ [key]: `volume '${volume}' is already in use by CT ${vmid}` });
  if (old !== undefined && old !== volume)
    throw parameterError({ [key]: `holds volume '${old}'; delete '${key}' first` });
}

/** Networks get their MAC address, volumes are made, sizes stay what they are. */
async function resolveVolumes(
  host: LxcHost,
  vmid: number,
  config: CtConfig,
  set: Record<string, string>,
  made: string[],
): Promise<Record<string, string>> {
  const result = { ...set };
  for (const [key, value] of Object.entries(set)) {
    if (/^net\d+$/.test(key)) result[key] = storedNet(value);
    if (/^unused\d+$/.test(key)) checkUnused(config, vmid, key, value);
    if (key !== "rootfs" && !/^mp\d+$/.test(key)) continue;
    const mount = parseVolumeOption(key, value);
    const current = config.options[key] ?? config.pending.options[key];
    result[key] = printVolumeOption(
      key,
      await volumeFor(host, vmid, config, key, mount, current, made),
    );
  }
  return result;
}

async function volumeFor(
  host: LxcHost,
  vmid: number,
  config: CtConfig,
  key: string,
  mount: MountPoint,
  current: string | undefined,
  made: string[],
): Promise<MountPoint> {
  if (volumeType(mount.volume) !== "volume") return mount;
  const old = current === undefined ? undefined : parseVolumeOption(key, current);
  if (old && old.volume === mount.volume) {
    const bytes = parseSize(old.size ?? mount.size ?? "");
    return { ...mount, ...(bytes !== undefined && { size: formatSize(bytes) }) };
  }
  if (old || key === "rootfs" || !allocationOf(mount.volume, "local"))
    throw parameterError({ [key]: `volume '${mount.volume}' is not the one in use` });
  const { storage, bytes } = allocation(key, mount.volume, "local");
  const rootUid = rootUidOf(config.options);
  const disk = await allocateDisk(host, { storage, vmid, bytes, rootUid }, () => undefined);
  made.push(disk.volid);
  return { ...mount, volume: disk.volid, size: formatSize(bytes) };
}

/** @throws 400 when a running CT is to be put on a bridge that is not there; nothing is written then. */
function refuseUnknownBridge(key: string, value: string): void {
  const bridge = /^net\d+$/.test(key) ? parseNet(value).bridge : undefined;
  if (bridge === undefined || existsSync(`/sys/class/net/${bridge}`)) return;
  const text = `unable to hotplug ${key}: bridge '${bridge}' does not exist\n`;
  throw parameterError({ [key]: text });
}

/** Applies changed limits to a running CT. @throws 400 with Proxmox's text; nothing is written then. */
async function hotplug(
  vmid: number,
  before: Record<string, string>,
  after: Record<string, string>,
): Promise<void> {
  const changed = (keys: Set<string>) => [...keys].filter((key) => before[key] !== after[key]);
  const version = cgroupVersion();
  const apply = async (keys: Set<string>, limits: () => CgroupLimit[] | Promise<CgroupLimit[]>) => {
    const [key] = changed(keys);
    if (key === undefined) return;
    try {
      await applyLimits(vmid, await limits());
    } catch (error) {
      throw parameterError({ [key]: `unable to hotplug ${key}: ${(error as Error).message}\n` });
    }
  };
  await apply(memoryKeys, () =>
    memoryLimits(after, version).filter(
      ({ key }) => hasSwapAccounting(version) || !/memsw|swap/.test(key),
    ),
  );
  await apply(cpuKeys, async () => {
    const list = await availableCpuList(version);
    const cpus = cpuSet(after, vmid, parseCpuList(list)) ?? { key: "cpuset.cpus", value: list };
    // A CT without `cpuunits` has the default weight.
    const options = { ...after, cpuunits: after.cpuunits ?? "100" };
    return [...cpuLimits(options, version), cpus];
  });
}

/** One line of `GET …/pending`. */
export interface PendingEntry {
  key: string;
  value?: string | number;
  pending?: string | number;
  delete?: 1;
}

/** Every option with its value in force and what the next start makes of it. */
export function pendingEntries(config: CtConfig): PendingEntry[] {
  const keys = new Set([...Object.keys(config.options), ...Object.keys(config.pending.options)]);
  const entries: PendingEntry[] = [...keys].sort().map((key) => ({
    key,
    ...(config.options[key] !== undefined && { value: apiValue(key, config.options[key]) }),
    ...(config.pending.options[key] !== undefined && {
      pending: apiValue(key, config.pending.options[key]),
    }),
    ...(config.pending.delete.includes(key) && { delete: 1 as const }),
  }));
  if (config.description) entries.push({ key: "description", value: config.description });
  return entries;
}
