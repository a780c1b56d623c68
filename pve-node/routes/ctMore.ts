import {
  needs,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import { failure, PveError } from "../errors";
import type { CtBackend } from "../lxc/backend";
import { splitList } from "../http/formats";
import { ctPath, ctTask, checkSkipLock, flag, vmidOf, vmidParam } from "./ctParams";

const timeframe: ParamSchema = {
  type: "string",
  enum: ["hour", "day", "week", "month", "year", "decade"],
};
const average: ParamSchema = { type: "string", enum: ["AVERAGE", "MAX"], optional: true };
const power = needs("/vms/{vmid}", "VM.PowerMgmt");

/** What of CTs this node refuses or has nothing to tell of, as a real one without the software for it does. */
export function moreCtRoutes(services: NodeServices, backend: CtBackend): Route[] {
  /** Without criu a CT cannot be written to disk. */
  const checkpoint = (ctx: RequestContext, type: string, options: string) =>
    ctTask(services, ctx, type, () => {
      const command = `lxc-checkpoint -n ${vmidOf(ctx)} ${options} -D /var/lib/vz/dump`;
      return Promise.reject(new Error(`command '${command}' failed: exit code 1`));
    });
  return [
    {
      method: "POST",
      path: ctPath("/status/suspend"),
      permission: power,
      params: { ...vmidParam, skiplock: flag },
      async handler(ctx) {
        checkSkipLock(ctx);
        if (!(await backend.isRunning(vmidOf(ctx)))) throw failure(`CT ${vmidOf(ctx)} not running`);
        return checkpoint(ctx, "vzsuspend", "-s");
      },
    },
    {
      method: "POST",
      path: ctPath("/status/resume"),
      permission: power,
      params: { ...vmidParam, skiplock: flag },
      async handler(ctx) {
        checkSkipLock(ctx);
        if (await backend.isRunning(vmidOf(ctx)))
          throw failure(`CT ${vmidOf(ctx)} already running`);
        return checkpoint(ctx, "vzresume", "-r --foreground");
      },
    },
    {
      method: "GET",
      path: ctPath("/rrddata"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: { ...vmidParam, timeframe, cf: average },
      handler: () => [],
    },
    {
      method: "GET",
      path: ctPath("/rrd"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: {
        ...vmidParam,
        timeframe,
        cf: average,
        ds: { type: "string", format: "pve-configid-list" },
      },
      handler() {
        throw new PveError(501, "drawn charts are not available");
      },
    },
    ...["termproxy", "vncproxy", "spiceproxy"].map((name): Route => ({
      method: "POST",
      path: ctPath(`/${name}`),
      permission: needs("/vms/{vmid}", "VM.Console"),
      params: vmidParam,
      handler() {
        throw new PveError(501, "consoles are not available; use pct enter over SSH");
      },
    })),
    {
      method: "GET",
      path: "/nodes/{node}/netstat",
      permission: needs("/nodes/{node}", "Sys.Audit"),
      async handler() {
        const running = (await backend.list()).filter(({ status }) => status === "running");
        return running.map(({ vmid, netin, netout }) => ({
          vmid: String(vmid),
          dev: "net0",
          in: String(netin),
          out: String(netout),
        }));
      },
    },
    {
      method: "POST",
      path: "/nodes/{node}/startall",
      permission: needs("/", "VM.PowerMgmt"),
      params: { force: flag, vms: { type: "string", format: "pve-vmid-list", optional: true } },
      handler: (ctx) =>
        services.tasks.start("startall", "", ctx.identity, async (log) => {
          for (const vmid of await inOrder(backend, ctx, 1)) {
            const { options } = (await backend.read(vmid)).config;
            const wanted = ctx.params.force === true || options.onboot === "1";
            if (!wanted || options.template === "1" || (await backend.isRunning(vmid))) continue;
            log.line(`Starting CT ${vmid}`);
            await backend.start(vmid, log).catch((error: Error) => log.warn(error.message));
          }
        }),
    },
    {
      method: "POST",
      path: "/nodes/{node}/stopall",
      permission: needs("/", "VM.PowerMgmt"),
      params: {
        vms: { type: "string", format: "pve-vmid-list", optional: true },
        "force-stop": { type: "boolean", default: true },
        timeout: { type: "integer", minimum: 0, maximum: 7200, default: 180 },
      },
      handler: (ctx) =>
        services.tasks.start("stopall", "", ctx.identity, async (log) => {
          for (const vmid of await inOrder(backend, ctx, -1)) {
            if (!(await backend.isRunning(vmid))) continue;
            log.line(`Stopping CT ${vmid} (timeout = ${Number(ctx.params.timeout)} seconds)`);
            const timeoutSeconds = Number(ctx.params.timeout);
            const forceStop = ctx.params["force-stop"] === true;
            await backend
              .shutdown(vmid, { timeoutSeconds, forceStop }, log.signal)
              .catch((error: Error) => log.warn(error.message));
          }
        }),
    },
  ];
}

/** The node's CTs in the order of their start, or the other way round. */
async function inOrder(backend: CtBackend, ctx: RequestContext, sign: 1 | -1): Promise<number[]> {
  const only =
    ctx.params.vms === undefined ? undefined : splitList(String(ctx.params.vms)).map(Number);
  const all = (await backend.vmids()).filter((vmid) => only === undefined || only.includes(vmid));
  const ranked = await Promise.all(
    all.map(async (vmid) => {
      const startup = (await backend.read(vmid)).config.options.startup ?? "";
      const order = /(?:^|order=)(\d+)/.exec(startup)?.[1];
      return { vmid, order: order === undefined ? Number.MAX_SAFE_INTEGER : Number(order) };
    }),
  );
  return ranked
    .sort((a, b) => sign * (a.order - b.order || a.vmid - b.vmid))
    .map(({ vmid }) => vmid);
}
