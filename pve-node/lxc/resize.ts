import { parseVolumeOption, printVolumeOption, volumeType } from "../codec/mountPoint";
import { formatSize, parseSize } from "../codec/size";
import { failure, parameterError } from "../errors";
import type { TaskLog } from "../contract";
import { readCt, refuseLocked, withConfigLock, writeCt } from "./configStore";
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
  const { config, digest } = await readCt(host, vmid);
  if (request.digest !== undefined && request.digest !== digest)
    throw failure("detected modified configuration - file changed by other user? Try again.");
  refuseLocked(config);
  const text = config.options[request.disk];
  if (text === undefined) throw parameterError({ disk: `disk '${request.disk}' does not exist` });
  const mount = parseVolumeOption(request.disk, text);
  if (volumeType(mount.volume) !== "volume")
    throw failure(`can't resize mount point '${request.disk}': it is no volume of a storage`);
  const image = await volumePath(host, mount.volume);
  const current = await imageBytes(image);
  const amount = parseSize(request.size.replace(/^\+/, ""));
  if (amount === undefined) throw parameterError({ size: "invalid format - not a disk size" });
  const bytes = request.size.startsWith("+") ? current + amount : amount;
  if (bytes < current) throw failure("unable to shrink disk size");
  if (bytes === current) throw failure("disk is already at specified size");
  return { image, bytes, mount };
}
