import type { TaskLog } from "../contract";
import { printVolumeOption, volumeType } from "../codec/mountPoint";
import { formatSize } from "../codec/size";
import { failure } from "../errors";
import { readCt, refuseLocked, withConfigLock, writeCt } from "./configStore";
import { allocateDisk, freeDisk, imageBytes } from "./disks";
import { rootUidOf } from "./lxcConfig";
import type { LxcHost } from "./lxcHost";
import { isRunning } from "./processes";
import { configuredMount } from "./resize";
import { requireRootdirStorage, volumePath } from "./storages";
import { keepUnused } from "./update";

export interface MoveRequest {
  /** `rootfs` or `mpN`. */
  volume: string;
  storage: string;
  /** Remove the old volume, instead of keeping it as unused. */
  delete: boolean;
}

/** Moves a volume of a stopped CT to another storage, by a copy. */
export async function moveVolume(
  host: LxcHost,
  vmid: number,
  request: MoveRequest,
  log: TaskLog,
): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const { config } = await readCt(host, vmid);
    refuseLocked(config);
    if (await isRunning(host, vmid)) throw failure("cannot move volumes of a running container");
    const mount = configuredMount(config.options, request.volume);
    if (volumeType(mount.volume) !== "volume")
      throw failure("cannot move volume of a bind or device mount");
    await requireRootdirStorage(host, request.storage);
    const source = await volumePath(host, mount.volume);
    const bytes = await imageBytes(source);
    const rootUid = rootUidOf(config.options);
    const copy = await allocateDisk(
      host,
      { storage: request.storage, vmid, bytes, rootUid, copyOf: source },
      (line) => log.line(line),
    );
    config.options[request.volume] = printVolumeOption(request.volume, {
      ...mount,
      volume: copy.volid,
      size: formatSize(bytes),
    });
    if (!request.delete) keepUnused(config.options, mount.volume);
    try {
      await writeCt(host, vmid, config);
    } catch (error) {
      await freeDisk(host, vmid, copy.volid);
      throw error;
    }
    if (request.delete) await freeDisk(host, vmid, mount.volume);
  });
}
