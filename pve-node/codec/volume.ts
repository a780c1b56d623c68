/** Volume ids (`local:vztmpl/debian.tar.zst`) and where a directory storage keeps them. */

export interface VolumeId {
  storage: string;
  name: string;
}

/** @throws with Proxmox's text when it is no volume id. */
export function parseVolumeId(volid: string): VolumeId {
  const match = /^([a-z][a-z0-9\-_.]*[a-z0-9]):(\S+)$/i.exec(volid);
  if (!match) throw new Error(`unable to parse volume ID '${volid}'`);
  return { storage: match[1]!, name: match[2]! };
}

export type VolumeContent = "vztmpl" | "iso" | "backup" | "snippets" | "rootdir";

export interface DirectoryVolume {
  content: VolumeContent;
  /** Path below the storage's directory. */
  path: string;
  /** Owner, for CT disks. */
  vmid?: number;
}

const places: [RegExp, VolumeContent, string][] = [
  [/^vztmpl\/([^/]+\.tar(?:\.(?:gz|xz|zst|bz2))?)$/, "vztmpl", "template/cache"],
  [/^iso\/([^/]+\.(?:iso|img))$/i, "iso", "template/iso"],
  [/^backup\/([^/]+)$/, "backup", "dump"],
  [/^snippets\/([^/]+)$/, "snippets", "snippets"],
];

/** What is wrong with the form of a volume id, whatever kind of volume it names. */
export function volumeIdFormat(volid: string): string | undefined {
  try {
    parseVolumeId(volid);
    return undefined;
  } catch (error) {
    return `invalid format - ${(error as Error).message}`;
  }
}

/** What is wrong with a volume id, in Proxmox's words; undefined when nothing is. */
export function volumeIdError(volid: string): string | undefined {
  try {
    parseDirectoryVolume(parseVolumeId(volid).name);
    return undefined;
  } catch (error) {
    return `invalid format - ${(error as Error).message}`;
  }
}

/** The CT that a disk belongs to; undefined for what is no disk of a CT, or no volume at all. */
export function ownerOf(volid: string): number | undefined {
  if (volumeIdError(volid)) return undefined;
  return parseDirectoryVolume(parseVolumeId(volid).name).vmid;
}

/** @throws with Proxmox's text when a directory storage has no such kind of volume. */
export function parseDirectoryVolume(name: string): DirectoryVolume {
  const disk = /^(\d+)\/((?:vm|base)-(\d+)-[^/]+\.raw)$/.exec(name);
  // The folder and the file name the owner: a volume on which they differ is nobody's.
  if (disk && disk[1] === disk[3]) {
    return { content: "rootdir", path: `images/${disk[1]}/${disk[2]}`, vmid: Number(disk[1]) };
  }
  for (const [pattern, content, folder] of places) {
    const match = pattern.exec(name);
    if (match && match[1] !== "." && match[1] !== "..")
      return { content, path: `${folder}/${match[1]}` };
  }
  throw new Error(`unable to parse directory volume name '${name}'`);
}
