import { join } from "node:path";
import type { CtConfig } from "../codec/ctConfig";
import { PropertyError } from "../codec/propertyString";
import { parseVolumeOption, volumeType, type MountPoint } from "../codec/mountPoint";
import type { LxcHost } from "./lxcHost";
import { volumePath } from "./storages";

/** A volume of a CT and where it goes in the CT. */
export interface CtVolume {
  /** `rootfs` or `mpN`. */
  key: string;
  mount: MountPoint;
  /** Path in the CT. */
  target: string;
}

/** The volumes of a CT in the order in which they are mounted: the root first, then by path. */
export function volumesOf(options: Record<string, string>): CtVolume[] {
  const keys = Object.keys(options).filter((key) => key === "rootfs" || /^mp\d+$/.test(key));
  return keys
    .map((key) => {
      const mount = parseVolumeOption(key, options[key]!);
      return { key, mount, target: key === "rootfs" ? "/" : join("/", mount.mp!) };
    })
    .sort((a, b) =>
      a.key === "rootfs" ? -1 : b.key === "rootfs" ? 1 : a.target < b.target ? -1 : 1,
    );
}

/** Options for `mount` of one volume. */
export function mountOptions(mount: MountPoint): string[] {
  const options = mount.mountoptions?.split(";") ?? [];
  if (mount.ro === "1") options.push("ro");
  if (mount.acl !== undefined) options.push(mount.acl === "1" ? "acl" : "noacl");
  return options;
}

/** What stands behind a volume on the node: an image, a directory or a device. */
export async function sourceOf(host: LxcHost, mount: MountPoint): Promise<string> {
  return volumeType(mount.volume) === "volume" ? volumePath(host, mount.volume) : mount.volume;
}

/** Volume ids of what a start mounts; bind mounts and devices belong to somebody else. */
export function mountedVolumes(options: Record<string, string>): string[] {
  return volumesOf(options)
    .map(({ mount }) => mount.volume)
    .filter((volume) => volumeType(volume) === "volume");
}

/**
 * Every volume id that a configuration names, each once: mounted, unused, pending and of snapshots. A value
 * that cannot be read names none: it must not keep its CT from being removed.
 */
export function namedVolumes(config: CtConfig): string[] {
  const sections = [config, config.pending, ...Object.values(config.snapshots)];
  const named = sections.flatMap(({ options }) =>
    Object.entries(options).flatMap(([key, value]) => volumeNamedBy(key, value) ?? []),
  );
  return [...new Set(named)];
}

/** The volume id that one option names. */
export function volumeNamedBy(key: string, value: string): string | undefined {
  if (/^unused\d+$/.test(key)) return value;
  if (key !== "rootfs" && !/^mp\d+$/.test(key)) return undefined;
  try {
    const { volume } = parseVolumeOption(key, value);
    return volumeType(volume) === "volume" ? volume : undefined;
  } catch (error) {
    if (error instanceof PropertyError) return undefined;
    throw error;
  }
}

/** Directory on the node under which a volume is mounted. */
export const mountTarget = (rootfs: string, volume: CtVolume) => join(rootfs, volume.target);

/**
 * Options of tar against the folder that each new file system has of its own: it belongs to root of the node, so that
 * root of an unprivileged CT may not set its owner.
 */
export const withoutLostFound = (options: Record<string, string>): string[] =>
  volumesOf(options).map(({ target }) => `--exclude=.${join(target, "lost+found")}`);
