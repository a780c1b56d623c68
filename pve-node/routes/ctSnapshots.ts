import {
  needs,
  needsAny,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import { failure } from "../errors";
import type { CtConfig } from "../codec/ctConfig";
import type { CtBackend } from "../lxc/backend";
import { ctPath, ctTask, flag, vmidOf, vmidParam } from "./ctParams";

const snapname: ParamSchema = { type: "string", format: "pve-configid", maxLength: 40 };
const seen = needsAny("/vms/{vmid}", "VM.Snapshot", "VM.Snapshot.Rollback", "VM.Audit");

/** What a real node says of a CT on a storage that has no snapshots: directories have none. */
const unavailable = "snapshot feature is not available";

/** @throws unless the configuration lists the snapshot */
function requireSnapshot(config: CtConfig, ctx: RequestContext) {
  const name = String(ctx.params.snapname);
  const found = Object.hasOwn(config.snapshots, name) ? config.snapshots[name] : undefined;
  if (!found) throw failure(`snapshot '${name}' does not exist`);
  return { name, section: found };
}

/** Snapshots that a configuration lists; none can be made here. */
export function snapshotRoutes(services: NodeServices, backend: CtBackend): Route[] {
  const path = ctPath("/snapshot");
  const one = `${path}/{snapname}`;
  const params = { ...vmidParam, snapname };
  return [
    {
      method: "GET",
      path,
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: vmidParam,
      async handler(ctx) {
        const vmid = vmidOf(ctx);
        const { config, digest } = await backend.read(vmid);
        const parent = (options: Record<string, string>) =>
          options.parent === undefined ? {} : { parent: options.parent };
        const listed = Object.entries(config.snapshots).map(([name, { options, description }]) => ({
          name,
          description: description ?? "",
          ...(options.snaptime === undefined ? {} : { snaptime: Number(options.snaptime) }),
          ...parent(options),
        }));
        const running = (await backend.isRunning(vmid)) ? 1 : 0;
        const current = { name: "current", digest, running, description: "You are here!" };
        return [...listed, { ...current, ...parent(config.options) }];
      },
    },
    {
      method: "POST",
      path,
      permission: needs("/vms/{vmid}", "VM.Snapshot"),
      params: { ...params, description: { type: "string", multiline: true, optional: true } },
      handler(ctx) {
        const name = String(ctx.params.snapname);
        if (name === "current" || name === "pending")
          throw failure(`unable to use snapshot name '${name}' (reserved name)`);
        return ctTask(services, ctx, "vzsnapshot", async () => {
          const { config } = await backend.read(vmidOf(ctx));
          if (Object.hasOwn(config.snapshots, name))
            throw failure(`snapshot name '${name}' already used`);
          throw new Error(unavailable);
        });
      },
    },
    {
      method: "GET",
      path: one,
      permission: "user",
      params,
      handler: () => ["rollback", "config"].map((subdir) => ({ subdir })),
    },
    {
      method: "DELETE",
      path: one,
      permission: needs("/vms/{vmid}", "VM.Snapshot"),
      params: { ...params, force: flag },
      handler: (ctx) =>
        ctTask(services, ctx, "vzdelsnapshot", async () => {
          const vmid = vmidOf(ctx);
          const { name } = requireSnapshot((await backend.read(vmid)).config, ctx);
          // One that was written into the file by hand has nothing on the storage.
          if (ctx.params.force !== true) throw new Error(unavailable);
          await backend.forgetSnapshot(vmid, name);
        }),
    },
    {
      method: "POST",
      path: `${one}/rollback`,
      permission: needsAny("/vms/{vmid}", "VM.Snapshot", "VM.Snapshot.Rollback"),
      params: { ...params, start: flag },
      handler: (ctx) =>
        ctTask(services, ctx, "vzrollback", async () => {
          requireSnapshot((await backend.read(vmidOf(ctx))).config, ctx);
          throw new Error(unavailable);
        }),
    },
    {
      method: "GET",
      path: `${one}/config`,
      permission: seen,
      params,
      async handler(ctx) {
        const { section } = requireSnapshot((await backend.read(vmidOf(ctx))).config, ctx);
        return { ...section.options, description: section.description ?? "" };
      },
    },
    {
      method: "PUT",
      path: `${one}/config`,
      permission: needs("/vms/{vmid}", "VM.Snapshot"),
      params: { ...params, description: { type: "string", multiline: true, optional: true } },
      async handler(ctx) {
        const vmid = vmidOf(ctx);
        const { name } = requireSnapshot((await backend.read(vmid)).config, ctx);
        const { description } = ctx.params;
        if (description !== undefined)
          await backend.describeSnapshot(vmid, name, String(description));
        return null;
      },
    },
    {
      method: "GET",
      path: ctPath("/feature"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: {
        ...vmidParam,
        feature: { type: "string", enum: ["snapshot", "clone", "copy"] },
        snapname: { ...snapname, optional: true },
      },
      async handler(ctx) {
        await backend.read(vmidOf(ctx));
        return { hasFeature: ctx.params.feature === "copy" ? 1 : 0 };
      },
    },
  ];
}
