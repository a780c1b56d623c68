import { parameterError } from "../errors";
import type { NodeServices, ParamSchema, RequestContext, TaskLog } from "../contract";

/** Path of one CT's methods. */
export const ctPath = (rest = "") => `/nodes/{node}/lxc/{vmid}${rest}`;

export const vmidParam: Record<string, ParamSchema> = {
  vmid: { type: "integer", format: "pve-vmid" },
};

export const flag: ParamSchema = { type: "boolean", optional: true };

export const digestParam: ParamSchema = { type: "string", optional: true, maxLength: 64 };

export const vmidOf = (ctx: RequestContext) => Number(ctx.params.vmid);

/** Starts a worker for a CT and answers its UPID. */
export const ctTask = (
  { tasks }: NodeServices,
  ctx: RequestContext,
  type: string,
  worker: (log: TaskLog) => Promise<void>,
): Promise<string> => tasks.start(type, String(ctx.params.vmid), ctx.identity, worker);

/** @throws PveError 400 when somebody else than root skips the lock. */
export function checkSkipLock(ctx: RequestContext): void {
  if (ctx.params.skiplock === undefined) return;
  if (!ctx.isRoot) throw parameterError({ skiplock: "Only root may use this option." });
}
