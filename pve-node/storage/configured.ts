import { parseStorageConfig, type Storage } from "../codec/storageConfig";
import { digestOf, readText } from "../os/files";
import { failure } from "../errors";
import type { NodePaths } from "../paths";

/** The node that asks, and where it keeps its files. */
interface Node {
  node: string;
  paths: NodePaths;
}

/** The storages of the cluster by their ids. */
export async function readStorages(paths: NodePaths): Promise<Map<string, Storage>> {
  return parseStorageConfig((await readText(paths.storageCfg)) ?? "");
}

/** SHA-1 of the file: any edit changes it. */
export async function storageDigest(paths: NodePaths): Promise<string> {
  return digestOf((await readText(paths.storageCfg)) ?? "");
}

/** One of them, whoever may use it. @throws with Proxmox's text, as all below, when there is none. */
export async function requireStorage(paths: NodePaths, id: string): Promise<Storage> {
  const storage = (await readStorages(paths)).get(id);
  if (!storage) throw failure(`storage '${id}' does not exist`);
  return storage;
}

/** A storage that is enabled, and on this node. */
export async function requireAvailable({ paths, node }: Node, id: string): Promise<Storage> {
  const storage = await requireStorage(paths, id);
  if (!storage.enabled) throw failure(`storage '${id}' is disabled`);
  if (storage.nodes && !storage.nodes.includes(node))
    throw failure(`storage '${id}' is not available on node '${node}'`);
  return storage;
}

/** A directory that this node may use now. */
export async function requireDirectory(node: Node, id: string): Promise<Storage> {
  const storage = await requireAvailable(node, id);
  if (storage.type !== "dir" || !storage.path)
    throw failure(`storage '${id}': type '${storage.type}' is not supported by this node`);
  return storage;
}
