import { run } from "../os/command";
import { mountImage } from "./disks";
import { GuestRoot } from "./guest/guestRoot";
import { rootfsDirectory, type LxcHost } from "./lxcHost";
import { rootUidOf } from "./lxcConfig";
import { mountOptions, sourceOf, volumesOf } from "./volumes";
import { volumeType } from "../codec/mountPoint";

/**
 * Mounts a CT's volumes in this process's mount namespace, which must end with the work that needs
 * them: mounts in the node's own namespace would outlive a killed process.
 *
 * @returns the CT's root.
 */
export async function mountVolumes(
  host: LxcHost,
  vmid: number,
  options: Record<string, string>,
): Promise<GuestRoot> {
  const rootfs = rootfsDirectory(host, vmid);
  const guest = new GuestRoot(rootfs, rootUidOf(options));
  for (const volume of volumesOf(options)) {
    const source = await sourceOf(host, volume.mount);
    // A mount point may be a link in the CT: it must not lead out of it.
    const target = volume.key === "rootfs" ? rootfs : await guest.resolve(volume.target);
    const type = volumeType(volume.mount.volume);
    if (type === "volume") {
      if (volume.key !== "rootfs") await guest.place(`${volume.target}/x`);
      await mountImage(source, target, mountOptions(volume.mount));
      continue;
    }
    await guest.place(`${volume.target}/x`);
    if (type === "device") {
      await run("mount", ["-o", mountOptions(volume.mount).join(",") || "rw", source, target]);
      continue;
    }
    await run("mount", ["--bind", source, target]);
    const extra = mountOptions(volume.mount);
    if (extra.length > 0)
      await run("mount", ["-o", ["remount", "bind", ...extra].join(","), target]);
  }
  return guest;
}
