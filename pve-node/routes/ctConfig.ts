import { existsSync } from "node:fs";
import { apiConfig, withPending, type CtConfig } from "../codec/ctConfig";
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
import type { CtBackend } from "../lxc/backend";
import { configOptions, numberedOptions, optionTexts, storedDescription } from "../lxc/options";
import { pendingEntries, refuseUnknown } from "../lxc/update";
import { ctPath, ctTask, digestParam, flag, vmidOf, vmidParam } from "./ctParams";
import { checkOptionPrivileges } from "./ctPermissions";

const list: ParamSchema = { type: "string", optional: true, format: "pve-configid-list" };

const anyConfigPrivilege = ["Disk", "CPU", "Memory", "Network", "Options"].map(
  (part) => `VM.Config.${part}`,
);

/** A CT's configuration: read, change, enlarge its disks. */
export function configRoutes(services: NodeServices, backend: CtBackend): Route[] {
  return [
    {
      method: "GET",
      path: ctPath("/config"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: { ...vmidParam, current: flag, snapshot: { type: "string", optional: true } },
      async handler(ctx) {
        const { config, digest } = await backend.read(vmidOf(ctx));
        return apiConfig(shownSection(config, ctx), digest);
      },
    },
    {
      method: "GET",
      path: ctPath("/pending"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: vmidParam,
      async handler(ctx) {
        const { config, digest } = await backend.read(vmidOf(ctx));
        return [...pendingEntries(config), { key: "digest", value: digest }];
      },
    },
    {
      method: "PUT",
      path: ctPath("/config"),
      permission: needsAny("/vms/{vmid}", ...anyConfigPrivilege),
      params: { ...configOptions, ...vmidParam, delete: list, revert: list, digest: digestParam },
      patterns: numberedOptions,
      handler: (ctx) => update(backend, ctx),
    },
    {
      method: "PUT",
      path: ctPath("/resize"),
      permission: needs("/vms/{vmid}", "VM.Config.Disk"),
      params: {
        ...vmidParam,
        disk: { type: "string", pattern: /^(?:rootfs|mp(?:1?\d?\d|2[0-4]\d|25[0-5]))$/ },
        size: { type: "string", pattern: /^\+?\d+(?:\.\d+)?[KMGT]?$/ },
        digest: digestParam,
      },
      async handler(ctx) {
        const vmid = vmidOf(ctx);
        const { disk, size, digest } = ctx.params;
        const request = {
          disk: String(disk),
          size: String(size),
          ...(digest !== undefined && { digest: String(digest) }),
        };
        const text = (await backend.read(vmid)).config.options[request.disk];
        if (text !== undefined) {
          const ct = { vmid, unprivileged: true, old: {}, storage: "local" };
          checkOptionPrivileges(ctx, ct, { [request.disk]: text });
        }
        await backend.checkResize(vmid, request);
        // The digest is of the file that was checked; the worker may find its own changes.
        const work = { disk: request.disk, size: request.size };
        return ctTask(services, ctx, "resize", (log) => backend.resize(vmid, work, log));
      },
    },
  ];
}

function shownSection(config: CtConfig, ctx: RequestContext) {
  const { snapshot, current } = ctx.params;
  if (snapshot === undefined) return current === true ? config : withPending(config);
  const name = String(snapshot);
  const section = Object.hasOwn(config.snapshots, name) ? config.snapshots[name] : undefined;
  if (!section) throw failure(`snapshot '${snapshot}' does not exist`);
  return section;
}

/** @throws with Proxmox's text for a device or a script that is not there */
function refuseMissing(set: Record<string, string>): void {
  for (const [key, value] of Object.entries(set)) {
    const device = /^dev\d+$/.test(key) ? /^(?:path=)?([^,]+)/.exec(value)?.[1] : undefined;
    if (device !== undefined && !existsSync(device))
      throw failure(`Device ${device} does not exist`);
    if (key === "hookscript" && !/^[^:]+:snippets\//.test(value))
      throw failure(`'${value}' is not in the snippets directory`);
  }
}

async function update(backend: CtBackend, ctx: RequestContext): Promise<null> {
  const vmid = vmidOf(ctx);
  const { params, empty } = ctx;
  const path = `/vms/${vmid}`;
  if (!anyConfigPrivilege.some((privilege) => ctx.allowed(path, privilege)))
    throw permissionError(`${path}, ${anyConfigPrivilege.join("|")}`);
  const { config } = await backend.read(vmid);
  const set = optionTexts(params);
  const deletes = params.delete === undefined ? [] : splitList(String(params.delete));
  if (empty.has("tags")) {
    delete set.tags;
    deletes.push("tags");
  }
  const description =
    params.description === undefined ? undefined : storedDescription(String(params.description));
  const revert = params.revert === undefined ? [] : splitList(String(params.revert));
  refuseUnknown({ delete: deletes, revert });
  const values: Record<string, string | undefined> = { ...set };
  for (const key of [...deletes, ...revert]) values[key] ??= undefined;
  if (description !== undefined) values.description = description;
  checkOptionPrivileges(
    ctx,
    {
      vmid,
      unprivileged: config.options.unprivileged === "1",
      old: config.options,
      storage: "local",
    },
    values,
  );
  refuseMissing(set);
  for (const key of Object.keys(set))
    if (key === "hookscript" || key === "template" || /^dev\d+$/.test(key))
      throw parameterError({ [key]: "not available on this node" });
  await backend.update(vmid, {
    set,
    delete: deletes,
    revert,
    ...(description !== undefined && { description }),
    ...(params.digest !== undefined && { digest: String(params.digest) }),
  });
  return null;
}
