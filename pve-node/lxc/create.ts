import { emptyConfig, type CtConfig } from "../codec/ctConfig";
import { printVolumeOption, type MountPoint } from "../codec/mountPoint";
import { formatSize } from "../codec/size";
import { failure } from "../errors";
import type { TaskLog } from "../contract";
import {
  changeCt,
  configLock,
  ctExists,
  listVmids,
  readCt,
  removeCt,
  withConfigLock,
  writeCt,
} from "./configStore";
import { allocateDisk, freeDisk } from "./disks";
import { takeLock, withFileLock } from "../os/fileLock";
import type { CreationSecrets } from "./guest/setup";
import { removeLxcDirectory, type LxcHost } from "./lxcHost";
import { rootUidOf } from "./lxcConfig";
import { populate } from "./populate";
import { volumePath } from "./storages";
import { namedVolumes } from "./volumes";

/** A volume that is made with the CT. */
export interface DiskRequest {
  /** `rootfs` or `mpN`. */
  key: string;
  storage: string;
  bytes: number;
  /** Everything but the volume and its size. */
  mount: Omit<MountPoint, "volume" | "size">;
}

/** A CT to make; options are checked and spelt as they will be stored. */
export interface CreateRequest {
  vmid: number;
  config: CtConfig;
  /** Volume id of the template, or an absolute path (`pct` only). */
  template: string;
  disks: DiskRequest[];
  secrets: CreationSecrets;
  /** A CT from a backup keeps the identity that it had. @default "create" */
  purpose?: "create" | "restore";
}

/** Seconds that a create waits for the configuration's lock. */
const lockWaitSeconds = 5;

/** Held by the process that makes a CT, for as long as it lives. */
export const creationLock = (host: LxcHost, vmid: number) =>
  host.paths.at(`/run/lock/lxc/pve-create-${vmid}.lock`);

/** Takes an id: writes the configuration with `lock: create`. @throws when there is such a CT. */
export async function reserveCt(host: LxcHost, request: CreateRequest): Promise<void> {
  const { vmid, config } = request;
  await withFileLock(configLock(host, vmid), lockWaitSeconds, async () => {
    await refuseExisting(host, vmid);
    const options = { ...config.options, lock: "create" };
    await writeCt(host, vmid, { ...config, options });
  });
}

/** Gives a reserved id back, when the task that was to make the CT could not begin. */
export async function releaseCt(host: LxcHost, vmid: number): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const { config } = await readCt(host, vmid);
    if (config.options.lock === "create") await discard(host, vmid);
  });
}

export async function refuseExisting(host: LxcHost, vmid: number): Promise<void> {
  if (await ctExists(host, vmid)) throw failure(`CT ${vmid} already exists on node '${host.node}'`);
}

/** Makes the reserved CT. Whatever fails, nothing of it is left. */
export async function createCt(host: LxcHost, request: CreateRequest, log: TaskLog): Promise<void> {
  const { vmid } = request;
  const creation = await takeLock(creationLock(host, vmid), 0);
  if (!creation) throw new Error(`unable to create CT ${vmid} - another process is making it`);
  try {
    for (const disk of request.disks) await makeDisk(host, vmid, disk, log);
    const { options } = (await readCt(host, vmid)).config;
    const archive = request.template.startsWith("/")
      ? request.template
      : await volumePath(host, request.template);
    const { secrets, purpose = "create" } = request;
    if (purpose === "restore") log.line(`restoring '${request.template}' now..`);
    const found = await populate(host, { vmid, options, archive, secrets, purpose }, log);
    await changeCt(host, vmid, (config) => {
      config.options.arch ??= found.arch ?? "amd64";
      config.options.ostype ??= found.ostype ?? "unmanaged";
      delete config.options.lock;
    });
  } catch (error) {
    await discard(host, vmid);
    const doing = request.purpose ?? "create";
    throw new Error(`unable to ${doing} CT ${vmid} - ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await creation.release();
  }
}

async function makeDisk(host: LxcHost, vmid: number, disk: DiskRequest, log: TaskLog) {
  const { options } = (await readCt(host, vmid)).config;
  const { storage, bytes, key } = disk;
  // Written down before the disk is made: a creation that is killed leaves none that nobody knows.
  const announce = (volume: string) =>
    changeCt(host, vmid, (config) => {
      const mount = { ...disk.mount, volume, size: formatSize(bytes) };
      config.options[key] = printVolumeOption(key, mount);
    });
  const request = { storage, vmid, bytes, rootUid: rootUidOf(options), announce };
  await allocateDisk(host, request, (line) => log.line(line));
}

/** Removes what a creation has made so far, and nothing that was there before it. */
export async function discard(host: LxcHost, vmid: number): Promise<void> {
  const { config } = await readCt(host, vmid);
  for (const volid of namedVolumes(config)) await freeDisk(host, vmid, volid);
  await removeLxcDirectory(host, vmid);
  await removeCt(host, vmid);
}

/**
 * Removes CTs whose creation or removal was cut short, and nobody is at work on any more.
 *
 * @returns their ids.
 */
export async function removeUnfinished(host: LxcHost): Promise<number[]> {
  const removed: number[] = [];
  for (const vmid of await listVmids(host)) {
    const { config } = await readCt(host, vmid).catch(() => ({ config: emptyConfig() }));
    if (config.options.lock !== "create" && config.options.lock !== "destroyed") continue;
    const lock = await takeLock(creationLock(host, vmid), 0);
    if (!lock) continue;
    try {
      await withConfigLock(host, vmid, () => discard(host, vmid));
      removed.push(vmid);
    } finally {
      await lock.release();
    }
  }
  return removed;
}
