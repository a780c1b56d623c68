import * as fs from "node:fs/promises";
import { join } from "node:path";
import { formatStorageConfig, storageOf, type Storage } from "../codec/storageConfig";
import { needs, type NodeServices, type ParamSchema, type Route } from "../contract";
import { failure, PveError } from "../errors";
import { splitList } from "../http/formats";
import { propertyCheck } from "../lxc/options";
import { withFileLock } from "../os/fileLock";
import { exclusive, writeAtomic } from "../os/files";
import { readStorages, storageDigest } from "../storage/configured";
import { contentFolder } from "../storage/content";

/** Types that a real node knows; directories alone work here. */
export const STORAGE_TYPES =
  "btrfs,cephfs,cifs,dir,esxi,glusterfs,iscsi,iscsidirect,lvm,lvmthin,nfs,pbs,rbd,zfs,zfspool".split(
    ",",
  );

const keeps = ["all", "last", "hourly", "daily", "weekly", "monthly", "yearly"];

/** How many backups a storage keeps. */
export const pruneSchema = Object.fromEntries(
  keeps.map((name) => [
    `keep-${name}`,
    { type: name === "all" ? "boolean" : "integer", optional: true, minimum: 0 } as const,
  ]),
);

const storage: ParamSchema = { type: "string", format: "pve-storage-id" };
const flag: ParamSchema = { type: "boolean", optional: true };
const settings: Record<string, ParamSchema> = {
  content: { type: "string", format: "pve-storage-content-list", optional: true },
  nodes: { type: "string", format: "pve-node-list", optional: true },
  disable: flag,
  shared: flag,
  mkdir: flag,
  "create-base-path": flag,
  "create-subdirs": flag,
  "prune-backups": { type: "string", optional: true, check: propertyCheck(pruneSchema) },
  "max-protected-backups": { type: "integer", minimum: -1, optional: true },
};
const path: ParamSchema = {
  type: "string",
  check: (value) =>
    /^\/\S*$/.test(value) && !value.split("/").includes("..")
      ? undefined
      : "invalid format - value does not look like a valid absolute path",
};

/** Adding, changing and removing storages: directories of the node. */
export function storageConfigRoutes({ paths }: NodeServices): Route[] {
  const allocate = needs("/storage", "Datastore.Allocate");

  const change = (doing: string, edit: (storages: Map<string, Storage>) => void | Promise<void>) =>
    exclusive(paths.storageCfg, () =>
      withFileLock(join(paths.lockDir, "storage-cfg.lock"), 10, async () => {
        const storages = await readStorages(paths);
        try {
          await edit(storages);
        } catch (error) {
          throw failure(`${doing} storage failed: ${(error as Error).message}`);
        }
        await writeAtomic(paths.storageCfg, formatStorageConfig(storages.values()));
      }),
    );

  /** A directory and its folders are made when they are missing, unless the storage says otherwise. */
  async function activate({ path: directory, enabled, content, properties }: Storage) {
    if (!enabled || directory === undefined) return;
    const off = (key: string) => properties.get(key) === "0";
    if (!off("mkdir") && !off("create-base-path"))
      await fs.mkdir(paths.at(directory), { recursive: true });
    if (off("mkdir") || off("create-subdirs")) return;
    const folders = content.map((kind) => contentFolder(kind) ?? "images");
    for (const folder of new Set(folders))
      await fs.mkdir(paths.at(join(directory, folder)), { recursive: true });
  }

  return [
    {
      method: "POST",
      path: "/storage",
      permission: allocate,
      params: {
        storage,
        type: { type: "string", enum: STORAGE_TYPES },
        path: { ...path, optional: true },
        ...settings,
      },
      async handler({ params }) {
        const [id, type] = [String(params.storage), String(params.type)];
        if (type !== "dir") throw new PveError(501, `storages of type '${type}' are not available`);
        const made = storageOf(type, id, texts(params));
        await change("create", async (storages) => {
          if (storages.has(id)) throw failure(`storage ID '${id}' already defined`);
          if (made.path === undefined) throw failure("missing value for required option 'path'");
          await activate(made);
          storages.set(id, made);
        });
        return { storage: id, type };
      },
    },
    {
      method: "PUT",
      path: "/storage/{storage}",
      permission: allocate,
      params: {
        storage,
        ...settings,
        delete: { type: "string", format: "pve-configid-list", optional: true },
        digest: { type: "string", maxLength: 64, optional: true },
      },
      async handler({ params }) {
        const id = String(params.storage);
        let type = "dir";
        await change("update", async (storages) => {
          const digest = await storageDigest(paths);
          if (params.digest !== undefined && params.digest !== digest)
            throw failure(
              "detected modified configuration - file changed by other user? Try again.",
            );
          const before = storages.get(id);
          if (!before) throw failure(`storage '${id}' does not exist`);
          ({ type } = before);
          const properties = new Map([...before.properties, ...texts(params)]);
          for (const key of splitList(String(params.delete ?? ""))) {
            if (key === "path" || !Object.hasOwn(settings, key))
              throw failure(`unable to delete required option '${key}'`);
            properties.delete(key);
          }
          const after = storageOf(type, id, properties);
          await activate(after);
          storages.set(id, after);
        });
        return { storage: id, type };
      },
    },
    {
      method: "DELETE",
      path: "/storage/{storage}",
      permission: allocate,
      params: { storage },
      async handler({ params }) {
        const id = String(params.storage);
        await change("delete", (storages) => {
          if (!storages.delete(id)) throw failure(`storage '${id}' does not exist`);
        });
        return null;
      },
    },
  ];
}

/** Properties of a storage as its block has them. */
function texts(params: Record<string, string | number | boolean>): Map<string, string> {
  const names = ["path", ...Object.keys(settings)];
  return new Map(
    names.flatMap((name): [string, string][] => {
      const value = params[name];
      if (value === undefined) return [];
      const text = typeof value === "boolean" ? (value ? "1" : "0") : String(value);
      return [[name, ["content", "nodes"].includes(name) ? splitList(text).join(",") : text]];
    }),
  );
}
