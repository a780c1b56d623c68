import {
  parseVolumeOption,
  printVolumeOption,
  volumeType,
  type MountPoint,
} from "../codec/mountPoint";
import { formatSize, parseSize } from "../codec/size";
import { failure, parameterError, PveError } from "../errors";
import type { TaskLog } from "../contract";
import { readCt, refuseLocked, withConfigLock, writeCt, type StoredCt } from "./configStore";
import { growDisk, imageBytes, parentPid } from "./disks";
import type { LxcHost } from "./lxcHost";
import { initPid } from "./processes";
import { volumePath } from "./storages";

export interface ResizeRequest {
  /** `rootfs` or `mpN`. */
  disk: string;
  /** `10G`, or `+2G` for so much more. */
  size: string;
  digest?: string;
}

/** Enlarges a disk of a CT, running or not. */
export async function resizeCt(
  host: LxcHost,
  vmid: number,
  request: ResizeRequest,
  log: TaskLog,
): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const { config } = await readCt(host, vmid);
    const { image, bytes, mount } = await planResize(host, vmid, request);
    const pid = await initPid(vmid);
    const monitor = pid === undefined ? undefined : await parentPid(pid);
    const grown = await growDisk(image, bytes, monitor);
    const size = formatSize(bytes);
    config.options[request.disk] = printVolumeOption(request.disk, { ...mount, size });
    await writeCt(host, vmid, config);
    log.line(`resized '${mount.volume}' to ${size}`);
    if (!grown) log.warn("the file system grows at the CT's next start");
  });
}

/** What a resize would do. @throws with Proxmox's text when it is not possible. */
export async function planResize(host: LxcHost, vmid: number, request: ResizeRequest) {
  const mount = resizedMount(await readCt(host, vmid), request);
  const image = await volumePath(host, mount.volume);
  const bytes = resizedBytes(await imageBytes(image), request);
  return { image, bytes, mount };
}

/** The volume that a resize is about. @throws when there is none, or somebody else has the CT. */
export function resizedMount({ config, digest }: StoredCt, request: ResizeRequest): MountPoint {
  if (request.digest !== undefined && request.digest !== digest)
    throw failure("detected modified configuration - file changed by other user? Try again.");
  refuseLocked(config);
  const mount = configuredMount(config.options, request.disk);
  if (volumeType(mount.volume) !== "volume")
    throw failure(`unable to parse volume ID '${mount.volume}'`);
  return mount;
}

/** A mount point that a CT has. @throws as Proxmox does, which reads an empty text for one that is missing */
export function configuredMount(options: Record<string, string>, key: string): MountPoint {
  const text = options[key];
  if (text !== undefined) return parseVolumeOption(key, text);
  const missing = "property is missing and it is not optional";
  const errors = { volume: missing, ...(key === "rootfs" ? {} : { mp: missing }) };
  throw new PveError(500, "format error", errors);
}

/** @throws when the disk would not grow. */
export function resizedBytes(current: number, request: ResizeRequest): number {
  const amount = parseSize(request.size.replace(/^\+/, ""));
  if (amount === undefined) throw parameterError({ size: "invalid format - not a disk size" });
  const bytes = request.size.startsWith("+") ? current + amount : amount;
  if (bytes < current) throw failure("unable to shrink disk size");
  if (bytes === current) throw failure("disk is already at specified size");
  return bytes;
}
