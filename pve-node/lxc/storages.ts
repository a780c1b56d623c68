import { join } from "node:path";
import { parseStorageConfig, type Storage } from "../../lib/pve/storageConfig";
import { parseDirectoryVolume, parseVolumeId } from "../../lib/pve/volume";
import { readText } from "../files";
import { failure, parameterError } from "../http/errors";
import type { LxcHost } from "./host";

/** A storage of this node that is enabled. @throws with Proxmox's text when there is no such one. */
export async function requireStorage(host: LxcHost, id: string): Promise<Storage> {
  const storages = parseStorageConfig((await readText(host.paths.storageCfg)) ?? "");
  const storage = storages.get(id);
  if (!storage) throw failure(`storage '${id}' does not exist`);
  if (!storage.enabled) throw failure(`storage '${id}' is disabled`);
  if (storage.nodes && !storage.nodes.includes(host.node))
    throw failure(`storage '${id}' is not available on node '${host.node}'`);
  return storage;
}

/** A storage that can hold CT disks. */
export async function requireRootdirStorage(host: LxcHost, id: string): Promise<Storage> {
  const storage = await requireStorage(host, id);
  if (!storage.content.includes("rootdir") || storage.type !== "dir" || !storage.path)
    throw parameterError({ storage: `storage '${id}' does not support container directories` });
  return storage;
}

/** Absolute path of a volume on a directory storage. */
export async function volumePath(host: LxcHost, volid: string): Promise<string> {
  const { storage: id, name } = parseVolumeId(volid);
  const { path } = parseDirectoryVolume(name);
  const storage = await requireStorage(host, id);
  if (!storage.path) throw failure(`storage '${id}' has no directory`);
  return host.paths.at(join(storage.path, path));
}
