import {
  parseProperties,
  printProperties,
  type Properties,
  type PropertySchema,
} from "./propertyString";

const common: PropertySchema = {
  volume: { type: "string", defaultKey: true },
  acl: { type: "boolean", optional: true },
  mountoptions: {
    type: "string",
    optional: true,
    pattern:
      /^(?:discard|lazytime|noatime|nodev|noexec|nosuid)(?:;(?:discard|lazytime|noatime|nodev|noexec|nosuid))*$/,
  },
  quota: { type: "boolean", optional: true },
  replicate: { type: "boolean", optional: true },
  ro: { type: "boolean", optional: true },
  shared: { type: "boolean", optional: true },
  size: {
    type: "string",
    optional: true,
    format: (value) =>
      /^\d+(?:\.\d+)?[KMGT]?$/.test(value)
        ? undefined
        : "value does not look like a valid disk size",
  },
};

export const rootfsSchema: PropertySchema = common;

export const mountPointSchema: PropertySchema = {
  ...common,
  mp: {
    type: "string",
    // As Proxmox: a path without dot segments, whether it begins at the root or not.
    format: (value) =>
      /(?:^|\/)\.\.?(?:\/|$)/.test(value)
        ? `${value} contains illegal character sequences`
        : undefined,
  },
  backup: { type: "boolean", optional: true },
  keepattrs: { type: "boolean", optional: true },
};

/** `rootfs` or `mpN`; keys are Proxmox's. */
export interface MountPoint extends Properties {
  volume: string;
}

/** @throws PropertyError when it is no valid `rootfs`. */
export function parseRootfs(text: string): MountPoint {
  return parseProperties(text, rootfsSchema) as MountPoint;
}

/** @throws PropertyError when it is no valid `mpN`. */
export function parseMountPoint(text: string): MountPoint {
  return parseProperties(text, mountPointSchema) as MountPoint;
}

/** Parses by the option's name. */
export function parseVolumeOption(key: string, text: string): MountPoint {
  return key === "rootfs" ? parseRootfs(text) : parseMountPoint(text);
}

export function printVolumeOption(key: string, mount: MountPoint): string {
  return printProperties(mount, key === "rootfs" ? rootfsSchema : mountPointSchema);
}

/** What stands behind a volume: a storage's own volume, a directory, or a device of the node. */
export function volumeType(volume: string): "volume" | "bind" | "device" {
  if (/^\/dev\//.test(volume)) return "device";
  return volume.startsWith("/") ? "bind" : "volume";
}

/** `local:8` and `8` ask for a new volume of so many GiB; a volume id does not. */
export function allocationOf(
  volume: string,
  defaultStorage: string,
): { storage: string; gib: number } | undefined {
  const match = /^(?:([a-z][a-z0-9\-_.]*[a-z0-9]):)?(\d+(?:\.\d+)?)$/i.exec(volume);
  return match ? { storage: match[1] ?? defaultStorage, gib: Number(match[2]) } : undefined;
}
