import { failure } from "../errors";
import {
  needs,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import type { CtBackend } from "../lxc/backend";
import type { CtStatus } from "../lxc/ctStatus";
import { checkSkipLock, ctPath, ctTask, flag, vmidOf, vmidParam } from "./ctParams";

const seconds = (more: Partial<ParamSchema> = {}): ParamSchema => ({
  type: "integer",
  optional: true,
  minimum: 0,
  ...more,
});

const power = needs("/vms/{vmid}", "VM.PowerMgmt");

/** What the list and `status/current` answer. */
const answer = (status: CtStatus) => ({ ...status, ha: { managed: 0 } });

/** State and power of CTs. */
export function statusRoutes(services: NodeServices, backend: CtBackend): Route[] {
  /** Checks before the task. That the CT exists and is not locked is the task's own to find out. */
  async function prepare(ctx: RequestContext): Promise<{ vmid: number; running: boolean }> {
    const vmid = vmidOf(ctx);
    checkSkipLock(ctx);
    return { vmid, running: await backend.isRunning(vmid) };
  }

  return [
    {
      method: "GET",
      path: "/nodes/{node}/lxc",
      permission: "user",
      async handler(ctx) {
        const all = await backend.list();
        return all.filter(({ vmid }) => ctx.allowed(`/vms/${vmid}`, "VM.Audit"));
      },
    },
    {
      method: "GET",
      path: ctPath(),
      permission: "user",
      params: vmidParam,
      async handler(ctx) {
        await backend.read(vmidOf(ctx));
        return ["config", "status", "pending", "resize", "interfaces"].map((subdir) => ({
          subdir,
        }));
      },
    },
    {
      method: "GET",
      path: ctPath("/status"),
      permission: "user",
      params: vmidParam,
      async handler(ctx) {
        await backend.read(vmidOf(ctx));
        return ["current", "start", "stop", "shutdown", "reboot"].map((subdir) => ({ subdir }));
      },
    },
    {
      method: "GET",
      path: ctPath("/status/current"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: vmidParam,
      async handler(ctx) {
        return answer(await backend.status(vmidOf(ctx)));
      },
    },
    {
      method: "GET",
      path: ctPath("/interfaces"),
      permission: needs("/vms/{vmid}", "VM.Audit"),
      params: vmidParam,
      async handler(ctx) {
        // A real node gives the same answer for a CT that does not exist as for one that is stopped.
        return (await backend.interfaces(vmidOf(ctx))) ?? null;
      },
    },
    {
      method: "POST",
      path: ctPath("/status/start"),
      permission: power,
      params: { ...vmidParam, skiplock: flag, debug: flag },
      async handler(ctx) {
        const { vmid, running } = await prepare(ctx);
        if (running) throw failure(`CT ${vmid} already running`);
        return ctTask(services, ctx, "vzstart", (log) => backend.start(vmid, log));
      },
    },
    {
      method: "POST",
      path: ctPath("/status/stop"),
      permission: power,
      params: { ...vmidParam, skiplock: flag, "overrule-shutdown": flag },
      async handler(ctx) {
        const { vmid, running } = await prepare(ctx);
        if (!running) throw failure(`CT ${vmid} not running`);
        return ctTask(services, ctx, "vzstop", () => backend.stop(vmid));
      },
    },
    {
      method: "POST",
      path: ctPath("/status/shutdown"),
      permission: power,
      params: { ...vmidParam, timeout: seconds({ default: 60 }), forceStop: flag },
      async handler(ctx) {
        const { vmid, running } = await prepare(ctx);
        if (!running) throw failure(`CT ${vmid} not running`);
        const timeoutSeconds = Number(ctx.params.timeout);
        const forceStop = ctx.params.forceStop === true;
        return ctTask(services, ctx, "vzshutdown", ({ signal }) =>
          backend.shutdown(vmid, { timeoutSeconds, forceStop }, signal),
        );
      },
    },
    {
      method: "POST",
      path: ctPath("/status/reboot"),
      permission: power,
      params: { ...vmidParam, timeout: seconds() },
      async handler(ctx) {
        const { vmid, running } = await prepare(ctx);
        if (!running) throw failure(`VM ${vmid} not running`);
        const { timeout } = ctx.params;
        return ctTask(services, ctx, "vzreboot", (log) =>
          backend.reboot(vmid, timeout === undefined ? undefined : Number(timeout), log),
        );
      },
    },
  ];
}
