import type { TaskLog } from "../contract";
import { emptyConfig, type CtConfig } from "../codec/ctConfig";
import { printVolumeOption, volumeType } from "../codec/mountPoint";
import { parseNet, printNet } from "../codec/net";
import { formatSize } from "../codec/size";
import { failure } from "../errors";
import { takeLock } from "../os/fileLock";
import { changeCt, readCt, refuseLocked, withConfigLock } from "./configStore";
import { creationLock, discard } from "./create";
import { allocateDisk, imageBytes } from "./disks";
import { rootUidOf } from "./lxcConfig";
import type { LxcHost } from "./lxcHost";
import { storedDescription } from "./options";
import { storedNet } from "./plan";
import { populate } from "./populate";
import { isRunning } from "./processes";
import { volumePath } from "./storages";
import { volumesOf } from "./volumes";
import { parseVolumeId } from "../codec/volume";

export interface CloneRequest {
  newid: number;
  hostname?: string;
  description?: string;
  /** Where the disks go. @default - where those of the source are */
  storage?: string;
  /** A copy, which alone is possible on directories. @default - unless the source is a template */
  full?: boolean;
  snapname?: string;
}

/** @throws with Proxmox's text when a CT cannot be cloned now. */
export function checkClone(config: CtConfig, running: boolean, request: CloneRequest): void {
  refuseLocked(config);
  const { snapname } = request;
  if (snapname !== undefined && !Object.hasOwn(config.snapshots, snapname))
    throw failure(`snapshot '${snapname}' does not exist`);
  if (snapname !== undefined) throw failure("snapshot feature is not available");
  const full = request.full ?? config.options.template !== "1";
  if (full && running)
    throw failure("Cannot do full clones on a running container without snapshots");
  for (const { key, mount } of volumesOf(config.options)) {
    const type = volumeType(mount.volume);
    if (type !== "volume") throw failure(`unable to clone mountpoint '${key}' (type ${type})`);
    if (!full) throw failure(`Linked clone feature for '${key}' is not available`);
  }
}

/** The configuration of a clone before it has disks: another id, name and MAC addresses. */
export function cloneConfig(config: CtConfig, request: CloneRequest): CtConfig {
  const clone = emptyConfig();
  const dropped = /^(?:lock|template|parent|snaptime|rootfs|(?:mp|unused)\d+)$/;
  for (const [key, value] of Object.entries(config.options)) {
    if (dropped.test(key)) continue;
    if (!/^net\d+$/.test(key)) {
      clone.options[key] = value;
      continue;
    }
    const net = parseNet(value);
    delete net.hwaddr;
    clone.options[key] = storedNet(printNet(net));
  }
  if (request.hostname !== undefined) clone.options.hostname = request.hostname;
  const description = request.description;
  if (description !== undefined && description !== "")
    clone.description = storedDescription(description);
  else if (config.description !== undefined) clone.description = config.description;
  clone.raw = [...config.raw];
  return clone;
}

/** Fills a reserved id with copies of a CT's disks. The source stays locked, hence stopped, meanwhile. */
export async function cloneCt(
  host: LxcHost,
  vmid: number,
  request: CloneRequest,
  log: TaskLog,
): Promise<void> {
  const { newid } = request;
  const creation = await takeLock(creationLock(host, newid), 0);
  if (!creation) throw new Error(`clone failed: another process is making CT ${newid}`);
  try {
    await withConfigLock(host, vmid, async () => {
      const { config } = await readCt(host, vmid);
      checkClone(config, await isRunning(host, vmid), request);
      for (const { key, mount } of volumesOf(config.options)) {
        log.line(`create full clone of mountpoint ${key} (${mount.volume})`);
        const source = await volumePath(host, mount.volume);
        const bytes = await imageBytes(source);
        await allocateDisk(
          host,
          {
            storage: request.storage ?? parseVolumeId(mount.volume).storage,
            vmid: newid,
            bytes,
            rootUid: rootUidOf(config.options),
            copyOf: source,
            announce: (volume) =>
              changeCt(host, newid, (clone) => {
                const copy = { ...mount, volume, size: formatSize(bytes) };
                clone.options[key] = printVolumeOption(key, copy);
              }),
          },
          (line) => log.line(line),
        );
        if (log.signal.aborted) throw new Error("received interrupt");
      }
    });
    const { options } = (await readCt(host, newid)).config;
    await populate(host, { vmid: newid, options, purpose: "clone", secrets: {} }, log);
    await changeCt(host, newid, (clone) => void delete clone.options.lock);
  } catch (error) {
    await discard(host, newid);
    throw new Error(`clone failed: ${(error as Error).message}`, { cause: error });
  } finally {
    await creation.release();
  }
}
