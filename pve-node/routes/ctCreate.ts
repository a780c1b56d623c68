import { parseDirectoryVolume, parseVolumeId } from "../codec/volume";
import { failure, parameterError, permissionError } from "../errors";
import type { NodeServices, RequestContext, Route, TaskLog } from "../contract";
import type { CtBackend } from "../lxc/backend";
import type { CreateRequest } from "../lxc/create";
import { configOptions, createOptions, numberedOptions, optionTexts } from "../lxc/options";
import { checkSshKeys, planCreate } from "../lxc/plan";
import { backedUpParams, restored } from "./ctRestore";
import { ctTask, vmidOf } from "./ctParams";
import { checkOptionPrivileges } from "./ctPermissions";

/** `POST /nodes/{node}/lxc`: makes a CT from a template. */
export function createRoute(services: NodeServices, backend: CtBackend): Route {
  return {
    method: "POST",
    path: "/nodes/{node}/lxc",
    permission: "user",
    params: { ...configOptions, ...createOptions },
    patterns: numberedOptions,
    async handler(ctx) {
      const restore = ctx.params.restore === true;
      const type = restore ? "vzrestore" : "vzcreate";
      const given = restore ? await backedUpParams(services, backend, ctx) : ctx.params;
      if (given instanceof Error)
        return ctTask(services, ctx, type, (log) => {
          log.line(`recovering backed-up configuration from '${String(ctx.params.ostemplate)}'`);
          const text = `unable to restore CT ${vmidOf(ctx)} - ${given.message}`;
          return Promise.reject(new Error(text));
        });
      const request = await check(services, backend, { ...ctx, params: given });
      if (restore) restored(request, given);
      await backend.reserve(request);
      try {
        return await ctTask(services, ctx, type, (log) =>
          work(services, backend, ctx, request, log),
        );
      } catch (error) {
        await backend.release(request.vmid); // no task will make it
        throw error;
      }
    },
  };
}

/** Every check that Proxmox makes before it answers, in its order. */
async function check(
  { node, pools }: NodeServices,
  backend: CtBackend,
  ctx: RequestContext,
): Promise<CreateRequest> {
  const { params } = ctx;
  const vmid = vmidOf(ctx);
  const unprivileged = params.unprivileged !== false;
  if (!unprivileged && params.features !== undefined && !ctx.isRoot)
    throw permissionError(
      "changing feature flags for privileged container is only allowed for root@pam",
    );
  if (!unprivileged) ctx.require("/", "Sys.Modify");
  if (params["ha-managed"] === true) ctx.require("/", "Sys.Console");
  if (await backend.exists(vmid)) throw failure(`CT ${vmid} already exists on node '${node}'`);
  const keys = params["ssh-public-keys"];
  if (keys !== undefined) checkSshKeys(String(keys));
  const pool = params.pool === undefined ? undefined : String(params.pool);
  if (pool !== undefined && !(await pools.exists(pool)))
    throw permissionError(`pool '${pool}' does not exist`);
  const allocate = [`/vms/${vmid}`, ...(pool === undefined ? [] : [`/pool/${pool}`])];
  if (!allocate.some((path) => ctx.allowed(path, "VM.Allocate"))) throw permissionError();
  const storage = String(params.storage ?? "local");
  const options = optionTexts(params);
  delete options.unprivileged; // its privilege was checked above
  const ct = { vmid, unprivileged, old: {}, storage, ...(pool !== undefined && { pool }) };
  const description = params.description === undefined ? {} : { description: "" };
  checkOptionPrivileges(ctx, ct, { ...options, ...description });
  if (params.restore !== true) await checkTemplate(backend, ctx, String(params.ostemplate));
  refuseUnavailable(params);
  const request = planCreate(params);
  for (const disk of request.disks) {
    await backend.checkStorage(disk.storage, true);
    ctx.require(`/storage/${disk.storage}`, "Datastore.AllocateSpace");
  }
  return request;
}

async function checkTemplate(backend: CtBackend, ctx: RequestContext, volid: string) {
  if (volid.startsWith("/")) {
    if (!ctx.isRoot) throw failure("Only root can pass arbitrary filesystem paths.");
    return;
  }
  let name: string;
  let storage: string;
  let content: string;
  try {
    ({ storage, name } = parseVolumeId(volid));
    ({ content } = parseDirectoryVolume(name));
  } catch (error) {
    throw failure((error as Error).message);
  }
  if (content !== "vztmpl")
    throw failure(`unable to use volume ${volid} - content type needs to be 'vztmpl'`);
  await backend.checkStorage(storage, false);
  const path = `/storage/${storage}`;
  if (!ctx.allowed(path, "Datastore.Audit")) ctx.require(path, "Datastore.AllocateSpace");
}

/** What a real node can do and this one cannot is refused, not ignored. */
function refuseUnavailable(params: RequestContext["params"]): void {
  for (const name of ["ha-managed"])
    if (params[name] === true) throw parameterError({ [name]: "not available on this node" });
  for (const name of Object.keys(params))
    if (name === "hookscript" || /^dev\d+$/.test(name))
      throw parameterError({ [name]: "not available on this node" });
}

async function work(
  services: NodeServices,
  backend: CtBackend,
  ctx: RequestContext,
  request: CreateRequest,
  log: TaskLog,
): Promise<void> {
  const { params, identity } = ctx;
  const { vmid } = request;
  if (request.purpose === "restore")
    log.line(`recovering backed-up configuration from '${request.template}'`);
  await backend.create(request, log);
  if (request.purpose === "restore") log.line("merging backed-up and given configuration..");
  if (params.template === true) await backend.makeTemplate(vmid);
  if (params.pool !== undefined) await services.pools.add(String(params.pool), vmid);
  if (params.start !== true) return;
  // A task of its own, which goes on when this one has ended, as on a real node.
  await services.tasks.start("vzstart", String(vmid), identity, (startLog) =>
    backend.start(vmid, startLog),
  );
}
