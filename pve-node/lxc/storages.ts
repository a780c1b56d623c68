import { join } from "node:path";
import type { Storage } from "../codec/storageConfig";
import { parseDirectoryVolume, parseVolumeId } from "../codec/volume";
import { failure, parameterError } from "../errors";
import { requireAvailable } from "../storage/configured";
import type { LxcHost } from "./lxcHost";

/** A storage that can hold CT disks. */
export async function requireRootdirStorage(host: LxcHost, id: string): Promise<Storage> {
  const storage = await requireAvailable(host, id);
  if (!storage.content.includes("rootdir") || storage.type !== "dir" || !storage.path)
    throw parameterError({ storage: `storage '${id}' does not support container directories` });
  return storage;
}

/** Absolute path of a volume on a directory storage. */
export async function volumePath(host: LxcHost, volid: string): Promise<string> {
  const { storage: id, name } = parseVolumeId(volid);
  const { path } = parseDirectoryVolume(name);
  const storage = await requireAvailable(host, id);
  if (!storage.path) throw failure(`storage '${id}' has no directory`);
  return host.paths.at(join(storage.path, path));
}
