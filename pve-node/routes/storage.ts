import * as fs from "node:fs/promises";
import { join } from "node:path";
import type { Storage } from "../codec/storageConfig";
import { readText } from "../os/files";
import { diskUsage } from "../os/usage";
import { failure, parameterError, permissionError } from "../errors";
import { splitList } from "../http/formats";
import {
  needs,
  needsAny,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import type { NodePaths } from "../paths";
import {
  readStorages,
  requireDirectory,
  requireStorage,
  storageDigest,
} from "../storage/configured";
import { listContent } from "../storage/content";
import { backupNotes, requireVolume, volumeRoutes } from "./storageVolumes";
import { storageConfigRoutes, STORAGE_TYPES } from "./storageConfig";
import { downloadRoutes } from "./storageDownload";

const storageId: ParamSchema = { type: "string", format: "pve-storage-id" };
const content: ParamSchema = {
  type: "string",
  format: "pve-storage-content-list",
  optional: true,
};

/** Storages and what they hold. */
export function storageRoutes(services: NodeServices): Route[] {
  const { node, paths } = services;
  const base = "/nodes/{node}/storage";
  return [
    {
      method: "GET",
      path: "/storage",
      permission: "user",
      params: { type: { type: "string", enum: STORAGE_TYPES, optional: true } },
      async handler(ctx) {
        const digest = await storageDigest(paths);
        return [...(await readStorages(paths)).values()]
          .filter((s) => mayUse(ctx, s.id))
          .filter((s) => ctx.params.type === undefined || s.type === ctx.params.type)
          .map((storage) => ({ ...configEntry(storage), digest }));
      },
    },
    {
      method: "GET",
      path: "/storage/{storage}",
      permission: needs("/storage/{storage}", "Datastore.Allocate"),
      params: { storage: storageId },
      async handler(ctx) {
        const storage = await requireStorage(paths, String(ctx.params.storage));
        return { ...configEntry(storage), digest: await storageDigest(paths) };
      },
    },
    {
      method: "GET",
      path: base,
      permission: "user",
      params: {
        content,
        enabled: { type: "boolean", optional: true },
        storage: { ...storageId, optional: true },
        target: { type: "string", format: "pve-node", optional: true },
        format: { type: "boolean", optional: true },
      },
      async handler(ctx) {
        const wanted = splitList(String(ctx.params.content ?? ""));
        const found = [...(await readStorages(paths)).values()]
          .filter((s) => !s.nodes || s.nodes.includes(node))
          .filter((s) => ctx.params.storage === undefined || s.id === ctx.params.storage)
          .filter((s) => ctx.params.enabled !== true || s.enabled)
          .filter((s) => wanted.length === 0 || wanted.some((c) => s.content.includes(c)))
          .filter((s) => mayUse(ctx, s.id));
        return Promise.all(found.map((s) => storageEntry(paths, s)));
      },
    },
    {
      method: "GET",
      path: `${base}/{storage}/status`,
      permission: needsAny("/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"),
      params: { storage: storageId },
      async handler(ctx) {
        const id = String(ctx.params.storage);
        requireUse(ctx, id);
        const storage = (await readStorages(paths)).get(id);
        if (!storage) throw parameterError({ storage: "No such storage." });
        const entry = await storageEntry(paths, storage);
        const { type, content: kinds, active, enabled, shared, total, used, avail } = entry;
        return { type, content: kinds, active, enabled, shared, total, used, avail };
      },
    },
    {
      method: "GET",
      path: `${base}/{storage}/content`,
      permission: needsAny("/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"),
      params: {
        storage: storageId,
        content,
        vmid: { type: "integer", format: "pve-vmid", optional: true },
      },
      async handler(ctx) {
        const id = String(ctx.params.storage);
        requireUse(ctx, id);
        const wanted = splitList(String(ctx.params.content ?? ""));
        const volumes = await listContent(paths, await requireDirectory(services, id));
        return volumes
          .filter((v) => wanted.length === 0 || wanted.includes(v.content))
          .filter((v) => ctx.params.vmid === undefined || v.vmid === ctx.params.vmid)
          .filter((v) => maySee(ctx, id, v.vmid));
      },
    },
    {
      method: "GET",
      path: `${base}/{storage}/content/{volume*}`,
      permission: "user",
      params: { storage: storageId },
      async handler(ctx) {
        const volume = await requireVolume(services, ctx);
        if (!maySee(ctx, volume.storage, volume.vmid)) throw permissionError();
        requireUse(ctx, volume.storage);
        const found = (await listContent(paths, volume.config)).find(
          (entry) => entry.volid === volume.volid,
        );
        if (!found) throw failure(`volume_size_info on '${volume.volid}' failed - no format`);
        const { size, used, content: kind } = found;
        const notes = kind === "backup" ? await backupNotes(volume.path) : {};
        return { path: volume.path, size, used: used ?? size, format: "raw", ...notes };
      },
    },
    {
      method: "DELETE",
      path: `${base}/{storage}/content/{volume*}`,
      permission: "user",
      params: { storage: storageId, delay: { type: "integer", optional: true } },
      async handler(ctx) {
        const volume = await requireVolume(services, ctx);
        if (volume.content === "backup" && volume.vmid !== undefined) {
          ctx.require(`/storage/${volume.storage}`, "Datastore.AllocateSpace");
          ctx.require(`/vms/${volume.vmid}`, "VM.Backup");
        } else {
          ctx.require(`/storage/${volume.storage}`, "Datastore.Allocate");
        }
        await refuseUsed(services, volume.volid);
        return services.tasks.start("imgdel", volume.volid, ctx.identity, async (log) => {
          const kept = volume.content === "backup" && (await backupNotes(volume.path)).protected;
          if (kept) {
            const name = volume.volid.slice(volume.storage.length + 1);
            throw new Error(`cannot remove protected volume '${name}' on '${volume.storage}'`);
          }
          await fs.rm(volume.path);
          for (const beside of volume.content === "backup" ? [".notes", ".protected"] : [])
            await fs.rm(`${volume.path}${beside}`, { force: true });
          log.line(`Removed volume '${volume.volid}'`);
        });
      },
    },
    ...downloadRoutes(services),
    ...storageConfigRoutes(services),
    ...volumeRoutes(services),
  ];
}

/** A disk that a CT still names must go with the CT. */
async function refuseUsed({ paths }: NodeServices, volid: string): Promise<void> {
  const names = await fs.readdir(paths.lxcDir).catch(() => []);
  for (const name of names) {
    const text = (await readText(join(paths.lxcDir, name))) ?? "";
    if (text.includes(`${volid},`) || text.includes(`${volid}\n`)) {
      throw failure(`Cannot remove image, a guest with VMID '${name.split(".")[0]}' exists!`);
    }
  }
}

/** A disk shows to those who see its guest; templates and ISO images to all who use the storage. */
function maySee(ctx: RequestContext, storage: string, vmid: number | undefined): boolean {
  if (vmid === undefined || ctx.allowed(`/storage/${storage}`, "Datastore.Allocate")) return true;
  return ctx.allowed(`/vms/${vmid}`, "VM.Audit");
}

function mayUse(ctx: RequestContext, id: string): boolean {
  const path = `/storage/${id}`;
  return ctx.allowed(path, "Datastore.Audit") || ctx.allowed(path, "Datastore.AllocateSpace");
}

function requireUse(ctx: RequestContext, id: string): void {
  if (!mayUse(ctx, id)) {
    throw permissionError(`/storage/${id}, Datastore.Audit|Datastore.AllocateSpace`);
  }
}

const contentText = (storage: Storage) => [...storage.content].sort().join(",");

function configEntry(storage: Storage) {
  const { id, type, path, properties } = storage;
  const flags = ["disable", "shared", "mkdir", "create-base-path", "create-subdirs"];
  const others = [...properties].map(([key, value]) => [
    key,
    flags.includes(key) ? (value === "0" ? 0 : 1) : value,
  ]);
  return {
    "prune-backups": "keep-all=1",
    ...(Object.fromEntries(others) as Record<string, string | number>),
    ...(path === undefined ? {} : { path }),
    content: contentText(storage),
    storage: id,
    type,
  };
}

/** A storage with its figures; a directory that is missing makes it inactive. */
export async function storageEntry(paths: NodePaths, storage: Storage) {
  const usable = storage.enabled && storage.type === "dir" && storage.path !== undefined;
  const usage = usable
    ? await diskUsage(paths.at(storage.path ?? "")).catch(() => undefined)
    : undefined;
  const { total, used, avail } = usage ?? { total: 0, used: 0, avail: 0 };
  return {
    storage: storage.id,
    type: storage.type,
    content: contentText(storage),
    active: usage ? 1 : 0,
    enabled: storage.enabled ? 1 : 0,
    shared: storage.properties.get("shared") === "1" ? 1 : 0,
    total,
    used,
    avail,
    used_fraction: total > 0 ? used / total : 0,
  };
}
