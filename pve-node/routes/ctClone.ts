import {
  needs,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import { failure, parameterError, permissionError, PveError } from "../errors";
import type { CtBackend } from "../lxc/backend";
import { checkClone, cloneConfig, type CloneRequest } from "../lxc/clone";
import { configuredMount } from "../lxc/resize";
import { checkTemplate } from "../lxc/template";
import { volumesOf } from "../lxc/volumes";
import { parseVolumeId } from "../codec/volume";
import { ctPath, ctTask, digestParam, flag, vmidOf, vmidParam } from "./ctParams";

const text: ParamSchema = { type: "string", optional: true };
const disk: ParamSchema = {
  type: "string",
  pattern: /^(?:rootfs|mp(?:1?\d?\d|2[0-4]\d|25[0-5]))$/,
};

/** Copies of CTs, templates, and where their volumes are. */
export function cloneRoutes(services: NodeServices, backend: CtBackend): Route[] {
  return [
    {
      method: "POST",
      path: ctPath("/clone"),
      permission: needs("/vms/{vmid}", "VM.Clone"),
      params: {
        ...vmidParam,
        newid: { type: "integer", format: "pve-vmid" },
        hostname: { ...text, format: "dns-name" },
        description: { ...text, multiline: true },
        pool: { ...text, format: "pve-poolid" },
        snapname: { ...text, format: "pve-configid", maxLength: 40 },
        storage: { ...text, format: "pve-storage-id" },
        full: flag,
        target: { ...text, format: "pve-node" },
      },
      handler: (ctx) => clone(services, backend, ctx),
    },
    {
      method: "POST",
      path: ctPath("/template"),
      permission: needs("/vms/{vmid}", "VM.Allocate"),
      params: vmidParam,
      async handler(ctx) {
        const vmid = vmidOf(ctx);
        const { config } = await backend.read(vmid);
        checkTemplate(config, await backend.isRunning(vmid));
        const upid = await ctTask(services, ctx, "vztemplate", () => backend.makeTemplate(vmid));
        await services.tasks.wait(upid);
        return null;
      },
    },
    {
      method: "POST",
      path: ctPath("/move_volume"),
      permission: needs("/vms/{vmid}", "VM.Config.Disk"),
      params: {
        ...vmidParam,
        volume: disk,
        storage: { ...text, format: "pve-storage-id" },
        delete: flag,
        digest: digestParam,
        "target-vmid": { type: "integer", format: "pve-vmid", optional: true },
        "target-volume": { ...disk, optional: true },
        "target-digest": digestParam,
      },
      handler: (ctx) => move(services, backend, ctx),
    },
    {
      method: "POST",
      path: ctPath("/migrate"),
      permission: needs("/vms/{vmid}", "VM.Migrate"),
      params: {
        ...vmidParam,
        target: { type: "string", format: "pve-node" },
        online: flag,
        restart: flag,
        timeout: { type: "integer", optional: true },
        bwlimit: { type: "number", minimum: 0, optional: true },
        "target-storage": { ...text },
      },
      async handler(ctx) {
        const target = String(ctx.params.target);
        if (target === services.node) throw parameterError({ target: "target is local node." });
        await backend.read(vmidOf(ctx));
        throw failure(`no such cluster node '${target}'`);
      },
    },
  ];
}

async function clone(services: NodeServices, backend: CtBackend, ctx: RequestContext) {
  const { node, pools } = services;
  const { params } = ctx;
  const vmid = vmidOf(ctx);
  const newid = Number(params.newid);
  const pool = params.pool === undefined ? undefined : String(params.pool);
  if (pool !== undefined && !(await pools.exists(pool)))
    throw permissionError(`pool '${pool}' does not exist`);
  const allocate = [`/vms/${newid}`, ...(pool === undefined ? [] : [`/pool/${pool}`])];
  if (!allocate.some((path) => ctx.allowed(path, "VM.Allocate"))) throw permissionError();
  if (params.target !== undefined && params.target !== node)
    throw failure(`no such cluster node '${String(params.target)}'`);
  const optional = (name: "hostname" | "description" | "storage" | "snapname") =>
    params[name] === undefined ? {} : { [name]: String(params[name]) };
  const request: CloneRequest = {
    newid,
    ...optional("hostname"),
    ...optional("description"),
    ...optional("storage"),
    ...optional("snapname"),
    ...(params.full === undefined ? {} : { full: params.full === true }),
  };
  const { config } = await backend.read(vmid);
  if (await backend.exists(newid)) throw failure(`CT ${newid} already exists on node '${node}'`);
  for (const { mount } of volumesOf(config.options)) {
    const storage = request.storage ?? parseVolumeId(mount.volume).storage;
    await backend.checkStorage(storage, true);
    ctx.require(`/storage/${storage}`, "Datastore.AllocateSpace");
  }
  checkClone(config, await backend.isRunning(vmid), request);
  const made = cloneConfig(config, request);
  await backend.reserve({ vmid: newid, config: made, template: "", disks: [], secrets: {} });
  try {
    return await ctTask(services, ctx, "vzclone", async (log) => {
      await backend.clone(vmid, request, log);
      if (pool !== undefined) await pools.add(pool, newid);
    });
  } catch (error) {
    await backend.release(newid); // no task will make it
    throw error;
  }
}

async function move(services: NodeServices, backend: CtBackend, ctx: RequestContext) {
  const { params } = ctx;
  const vmid = vmidOf(ctx);
  const volume = String(params.volume);
  const { storage } = params;
  const target = params["target-vmid"];
  if (storage === undefined && target === undefined) {
    const wrong = "both 'storage' and 'target-vmid' missing, either needs to be set";
    throw parameterError({ storage: wrong, "target-vmid": wrong });
  }
  if (storage !== undefined && target !== undefined)
    throw parameterError({ storage: "either set 'storage' or 'target-vmid', but not both" });
  if (target !== undefined) {
    ctx.require(`/vms/${Number(target)}`, "VM.Config.Disk");
    if (volume === "rootfs" || params["target-volume"] === "rootfs")
      throw failure("Cannot move to/from 'rootfs'");
    throw new PveError(501, "giving a volume to another guest is not available");
  }
  ctx.require(`/storage/${String(storage)}`, "Datastore.AllocateSpace");
  const { config, digest } = await backend.read(vmid);
  if (params.digest !== undefined && params.digest !== digest)
    throw failure("detected modified configuration - file changed by other user? Try again.");
  configuredMount(config.options, volume);
  const request = { volume, storage: String(storage), delete: params.delete === true };
  return ctTask(services, ctx, "move_volume", (log) => backend.moveVolume(vmid, request, log));
}
