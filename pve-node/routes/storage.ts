import * as fs from "node:fs/promises";
import { join } from "node:path";
import type { Storage } from "../codec/storageConfig";
import { parseDirectoryVolume, parseVolumeId } from "../codec/volume";
import { readText } from "../os/files";
import { diskUsage } from "../os/usage";
import { failure, parameterError, permissionError } from "../errors";
import { splitList } from "../http/formats";
import type { NodeServices, ParamSchema, RequestContext, Route } from "../contract";
import type { NodePaths } from "../paths";
import { readStorages, requireDirectory, requireStorage } from "../storage/configured";
import { listContent } from "../storage/content";
import { downloadRoutes } from "./storageDownload";

const storageId: ParamSchema = { type: "string", format: "pve-storage-id" };
const content: ParamSchema = { type: "string", format: "string-list", optional: true };

/** Storages and what they hold. */
export function storageRoutes(services: NodeServices): Route[] {
  const { node, paths } = services;
  const base = "/nodes/{node}/storage";
  return [
    {
      method: "GET",
      path: "/storage",
      params: { type: { type: "string", optional: true } },
      async handler(ctx) {
        return [...(await readStorages(paths)).values()]
          .filter((s) => mayUse(ctx, s.id))
          .filter((s) => ctx.params.type === undefined || s.type === ctx.params.type)
          .map(configEntry);
      },
    },
    {
      method: "GET",
      path: "/storage/{storage}",
      params: { storage: storageId },
      async handler(ctx) {
        ctx.require(`/storage/${ctx.params.storage}`, "Datastore.Allocate");
        return configEntry(await requireStorage(paths, String(ctx.params.storage)));
      },
    },
    {
      method: "GET",
      path: base,
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
      params: { storage: storageId },
      async handler(ctx) {
        const id = String(ctx.params.storage);
        requireUse(ctx, id);
        const storage = (await readStorages(paths)).get(id);
        if (!storage) throw parameterError({ storage: "No such storage." });
        return storageEntry(paths, storage);
      },
    },
    {
      method: "GET",
      path: `${base}/{storage}/content`,
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
      params: { storage: storageId },
      async handler(ctx) {
        const volume = await requireVolume(services, ctx);
        if (!maySee(ctx, volume.storage, volume.vmid)) throw permissionError();
        requireUse(ctx, volume.storage);
        const found = (await listContent(paths, volume.config)).find(
          (entry) => entry.volid === volume.volid,
        );
        if (!found) throw failure(`volume '${volume.volid}' does not exist`);
        const { size, used, format } = found;
        return { path: volume.path, size, used: used ?? size, format };
      },
    },
    {
      method: "DELETE",
      path: `${base}/{storage}/content/{volume*}`,
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
          await fs.rm(volume.path);
          log.line(`Removed volume '${volume.volid}'`);
        });
      },
    },
    ...downloadRoutes(services),
  ];
}

async function requireVolume(services: NodeServices, ctx: RequestContext) {
  const id = String(ctx.params.storage);
  const given = String(ctx.params.volume);
  const volid = given.includes(":") ? given : `${id}:${given}`;
  const parsed = parseVolumeId(volid);
  if (parsed.storage !== id)
    throw failure(`wrong storage ID '${parsed.storage}' (expected '${id}')`);
  const { content: kind, path, vmid } = parseDirectoryVolume(parsed.name);
  const config = await requireDirectory(services, id);
  const absolute = join(services.paths.at(config.path ?? ""), path);
  const owner = vmid ?? Number(/^backup\/vzdump-[a-z]+-(\d+)-/.exec(parsed.name)?.[1] ?? NaN);
  const known = Number.isNaN(owner) ? undefined : owner;
  return { storage: id, volid, config, content: kind, path: absolute, vmid: known };
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
  return {
    storage: storage.id,
    type: storage.type,
    content: contentText(storage),
    shared: 0,
    ...(storage.path ? { path: storage.path } : {}),
    ...(storage.enabled ? {} : { disable: 1 }),
    ...(storage.nodes ? { nodes: storage.nodes.join(",") } : {}),
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
    shared: 0,
    total,
    used,
    avail,
    used_fraction: total > 0 ? used / total : 0,
  };
}
