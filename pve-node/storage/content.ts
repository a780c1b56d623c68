import * as fs from "node:fs/promises";
import { join } from "node:path";
import type { Storage } from "../codec/storageConfig";
import { readText } from "../os/files";
import type { NodePaths } from "../paths";

export interface StoredVolume {
  volid: string;
  content: string;
  format: string;
  size: number;
  ctime: number;
  /** Bytes on the disk, for volumes that may have holes. */
  used?: number;
  vmid?: number;
  /** Of backups: what people wrote about it, and whether it may be removed. */
  notes?: string;
  protected?: 0 | 1;
  subtype?: string;
  /** Volume that a disk was cloned from without a copy; never here. */
  parent?: null;
}

/** Folder, content type and how a file there is named in the API. */
const FOLDERS = [
  { folder: "template/cache", content: "vztmpl", prefix: "vztmpl" },
  { folder: "template/iso", content: "iso", prefix: "iso" },
  { folder: "dump", content: "backup", prefix: "backup" },
  { folder: "snippets", content: "snippets", prefix: "snippets" },
] as const;

/** Where a content type lives on a directory storage. */
export function contentFolder(content: string): string | undefined {
  return FOLDERS.find((entry) => entry.content === content)?.folder;
}

/** What a directory storage holds, of the content types it is meant for. */
export async function listContent(paths: NodePaths, storage: Storage): Promise<StoredVolume[]> {
  const root = paths.at(storage.path ?? "");
  const volumes: StoredVolume[] = [];
  for (const { folder, content, prefix } of FOLDERS) {
    if (!storage.content.includes(content)) continue;
    for (const name of await names(join(root, folder))) {
      const format = formatOf(content, name);
      const stat = format && (await statFile(join(root, folder, name)));
      if (!format || !stat) continue;
      const vmid = /^vzdump-(?:lxc|qemu)-(\d+)-/.exec(name)?.[1];
      volumes.push({
        volid: `${storage.id}:${prefix}/${name}`,
        content,
        format,
        size: stat.size,
        ctime: Math.floor(stat.ctimeMs / 1000),
        ...(vmid ? { vmid: Number(vmid) } : {}),
        ...(content === "backup" ? await marksOf(join(root, folder, name), name) : {}),
      });
    }
  }
  if (storage.content.includes("rootdir")) volumes.push(...(await disks(root, storage.id)));
  return volumes;
}

/** What stands beside a backup. */
async function marksOf(path: string, name: string) {
  const notes = await readText(`${path}.notes`);
  const isProtected = (await statFile(`${path}.protected`)) !== undefined;
  return {
    subtype: /^vzdump-(\w+)-/.exec(name)?.[1] ?? "unknown",
    ...(notes ? { notes: notes.trimEnd() } : {}),
    ...(isProtected ? { protected: 1 as const } : {}),
  };
}

async function disks(root: string, id: string): Promise<StoredVolume[]> {
  const volumes: StoredVolume[] = [];
  for (const vmid of await names(join(root, "images"))) {
    if (!/^\d+$/.test(vmid)) continue;
    for (const name of await names(join(root, "images", vmid))) {
      if (!/^(vm|base)-\d+-[^/]+\.raw$/.test(name)) continue;
      const stat = await statFile(join(root, "images", vmid, name));
      if (!stat) continue;
      volumes.push({
        volid: `${id}:${vmid}/${name}`,
        content: "rootdir",
        format: "raw",
        size: stat.size,
        used: stat.blocks * 512, // st_blocks is in units of 512 bytes whatever the file system
        ctime: Math.floor(stat.ctimeMs / 1000),
        vmid: Number(vmid),
        parent: null,
      });
    }
  }
  return volumes;
}

/** The API's name of a file's format; `undefined` for files that are no such content. */
function formatOf(content: string, name: string): string | undefined {
  if (name.startsWith(".")) return undefined;
  if (content === "vztmpl") {
    const packed = /\.tar(?:\.(gz|xz|zst|bz2))?$/.exec(name);
    if (!packed) return undefined;
    return packed[1] ? `t${packed[1]}` : "tar";
  }
  if (content === "iso") return /\.(iso|img)$/i.test(name) ? "iso" : undefined;
  if (content === "backup") {
    return /^vzdump-.*\.(tar(\.(gz|lzo|zst))?|vma(\.(gz|lzo|zst))?|tgz)$/.exec(name)?.[1];
  }
  return "snippet";
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await fs.readdir(directory)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** `undefined` for what vanished meanwhile or is no plain file. */
async function statFile(path: string) {
  try {
    const stat = await fs.stat(path);
    return stat.isFile() ? stat : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
