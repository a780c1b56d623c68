import * as fs from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  needs,
  needsAny,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import { parseDirectoryVolume, parseVolumeId } from "../codec/volume";
import { failure, parameterError } from "../errors";
import { propertyCheck } from "../lxc/options";
import { readText, writeAtomic } from "../os/files";
import { requireDirectory } from "../storage/configured";
import { listContent } from "../storage/content";
import { markPrunable, pruneOptions } from "../storage/prune";
import { pruneSchema } from "./storageConfig";

const storage: ParamSchema = { type: "string", format: "pve-storage-id" };

/** Notes and protection of a backup, kept in files beside it. */
export async function backupNotes(path: string): Promise<{ notes: string; protected: 0 | 1 }> {
  const notes = (await readText(`${path}.notes`)) ?? "";
  const isProtected = (await readText(`${path}.protected`)) !== undefined;
  return { notes, protected: isProtected ? 1 : 0 };
}

/** Volumes of a storage: making empty disks, notes and protection of backups, what is to be pruned. */
export function volumeRoutes(services: NodeServices): Route[] {
  const { paths } = services;
  const base = "/nodes/{node}/storage/{storage}";
  return [
    {
      method: "GET",
      path: base,
      permission: needsAny("/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"),
      params: { storage },
      handler: () =>
        ["content", "download-url", "prunebackups", "rrddata", "status", "upload"].map(
          (subdir) => ({
            subdir,
          }),
        ),
    },
    {
      method: "POST",
      path: `${base}/content`,
      permission: needs("/storage/{storage}", "Datastore.AllocateSpace"),
      params: {
        storage,
        vmid: { type: "integer", format: "pve-vmid" },
        filename: { type: "string" },
        size: { type: "string", pattern: /^\d+[MG]?$/ },
        format: {
          type: "string",
          enum: ["raw", "qcow2", "subvol", "vmdk"],
          optional: true,
          requires: "size",
        },
      },
      async handler(ctx) {
        const { params } = ctx;
        const vmid = Number(params.vmid);
        const name = String(params.filename);
        if (!new RegExp(`^(?:vm|base)-${vmid}-[\\w.-]+\\.raw$`).test(name))
          throw failure(`illegal name '${name}' - should be 'vm-${vmid}-*'`);
        if (params.format !== undefined && params.format !== "raw")
          throw parameterError({
            format: `format '${String(params.format)}' is not available on this node`,
          });
        const id = String(params.storage);
        const { path = "" } = await requireDirectory(services, id);
        const file = paths.at(join(path, "images", String(vmid), name));
        await fs.mkdir(dirname(file), { recursive: true });
        await makeEmpty(file, bytesOf(String(params.size)));
        return `${id}:${vmid}/${name}`;
      },
    },
    {
      method: "PUT",
      path: `${base}/content/{volume*}`,
      permission: "user",
      params: {
        storage,
        notes: { type: "string", optional: true, multiline: true },
        protected: { type: "boolean", optional: true },
      },
      async handler(ctx) {
        const volume = await requireVolume(services, ctx);
        ctx.require(`/storage/${volume.storage}`, "Datastore.Allocate");
        const { notes } = ctx.params;
        if (volume.content !== "backup")
          throw failure(
            notes === undefined ? "only backups can be protected" : "only backups can have notes",
          );
        if ((await fs.stat(volume.path).catch(() => undefined)) === undefined)
          throw failure(`volume '${volume.volid}' does not exist`);
        if (notes === "") await fs.rm(`${volume.path}.notes`, { force: true });
        else if (notes !== undefined)
          await writeAtomic(`${volume.path}.notes`, String(notes), 0o644);
        const mark = `${volume.path}.protected`;
        if (ctx.params.protected === true) await writeAtomic(mark, "", 0o644);
        if (ctx.params.protected === false) await fs.rm(mark, { force: true });
        return null;
      },
    },
    {
      method: "GET",
      path: `${base}/prunebackups`,
      permission: needsAny("/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"),
      params: {
        storage,
        vmid: { type: "integer", format: "pve-vmid", optional: true },
        type: { type: "string", enum: ["qemu", "lxc"], optional: true },
        "prune-backups": { type: "string", optional: true, check: propertyCheck(pruneSchema) },
      },
      async handler(ctx) {
        const found = await requireDirectory(services, String(ctx.params.storage));
        const options = String(
          ctx.params["prune-backups"] ?? found.properties.get("prune-backups") ?? "keep-all=1",
        );
        const { vmid } = ctx.params;
        const backups = (await listContent(paths, found)).filter(
          (volume) => volume.content === "backup" && (vmid === undefined || volume.vmid === vmid),
        );
        const visible = backups.filter(
          (v) => v.vmid === undefined || ctx.allowed(`/vms/${v.vmid}`, "VM.Backup"),
        );
        return markPrunable(visible, pruneOptions(options));
      },
    },
  ];
}

const bytesOf = (size: string) =>
  Number.parseInt(size, 10) *
  (size.endsWith("G") ? 1024 ** 3 : size.endsWith("M") ? 1024 ** 2 : 1024);

async function makeEmpty(path: string, bytes: number): Promise<void> {
  let file;
  try {
    file = await fs.open(path, "wx", 0o640);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw failure(`disk image '${path}' already exists`);
  }
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

/** The volume that a path names. @throws unless it is one of this storage */
export async function requireVolume(services: NodeServices, ctx: RequestContext) {
  const id = String(ctx.params.storage);
  const given = String(ctx.params.volume);
  const volid = given.includes(":") ? given : `${id}:${given}`;
  const parsed = told(
    () => parseVolumeId(volid),
    (text) => parameterError({ volume: `${text}\n` }),
  );
  if (parsed.storage !== id)
    throw parameterError({ volume: `storage ID mismatch (${parsed.storage} != ${id})\n` });
  const { content: kind, path, vmid } = told(() => parseDirectoryVolume(parsed.name), failure);
  const config = await requireDirectory(services, id);
  const absolute = join(services.paths.at(config.path ?? ""), path);
  const owner = vmid ?? Number(/^backup\/vzdump-[a-z]+-(\d+)-/.exec(parsed.name)?.[1] ?? NaN);
  const known = Number.isNaN(owner) ? undefined : owner;
  return { storage: id, volid, config, content: kind, path: absolute, vmid: known };
}

/** What a codec refuses, as an answer. */
function told<T>(parse: () => T, refusal: (text: string) => Error): T {
  try {
    return parse();
  } catch (error) {
    throw refusal((error as Error).message);
  }
}
