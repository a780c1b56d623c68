import { parseUpid, type Upid } from "../codec/upid";
import { parameterError } from "../errors";
import type { RequestContext, Route } from "../contract";
import type { FileTaskRunner } from "../tasks/taskRunner";

/** Tasks of the node: list, status, log, stop. */
export function taskRoutes(node: string, tasks: FileTaskRunner): Route[] {
  const base = "/nodes/{node}/tasks";
  return [
    {
      method: "GET",
      path: base,
      permission: "user",
      params: {
        start: { type: "integer", minimum: 0, default: 0 },
        limit: { type: "integer", minimum: 0, default: 50 },
        vmid: { type: "integer", format: "pve-vmid", optional: true },
        typefilter: { type: "string", optional: true },
        userfilter: { type: "string", optional: true },
        statusfilter: { type: "string", optional: true },
        source: { type: "string", enum: ["archive", "active", "all"], default: "archive" },
        errors: { type: "boolean", default: false },
        since: { type: "integer", optional: true },
        until: { type: "integer", optional: true },
      },
      async handler(ctx) {
        const found = (await listTasks(tasks, ctx)).filter((task) => matches(task, ctx.params));
        ctx.envelope({ total: found.length });
        const start = Number(ctx.params.start);
        return found.slice(start, start + Number(ctx.params.limit));
      },
    },
    {
      method: "DELETE",
      path: `${base}/{upid}`,
      permission: "user",
      async handler(ctx) {
        const { upid } = await find(tasks, ctx, "Sys.Modify");
        await tasks.stop(upid);
        return null;
      },
    },
    {
      method: "GET",
      path: `${base}/{upid}/status`,
      permission: "user",
      async handler(ctx) {
        const { upid, task } = await find(tasks, ctx, "Sys.Audit");
        return { ...describe(upid, task), node, ...(await tasks.state(upid)) };
      },
    },
    {
      method: "GET",
      path: `${base}/{upid}/log`,
      permission: "user",
      params: {
        start: { type: "integer", minimum: 0, default: 0 },
        limit: { type: "integer", minimum: 0, default: 50 },
      },
      async handler(ctx) {
        const { upid } = await find(tasks, ctx, "Sys.Audit");
        const text = (await tasks.store.log(upid)) ?? "";
        const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
        ctx.envelope({ total: lines.length });
        const start = Number(ctx.params.start);
        const limit = Number(ctx.params.limit) || lines.length;
        const page = lines.slice(start, start + limit);
        return page.map((t, i) => ({ n: start + i + 1, t }));
      },
    },
  ];
}

/** Own tasks, or all of them with Sys.Audit; running first, then the newest. */
export async function listTasks(tasks: FileTaskRunner, ctx: RequestContext) {
  const all = ctx.params.source === "archive" ? [] : await tasks.store.active();
  const ended = ctx.params.source === "active" ? [] : await tasks.store.ended();
  const list = [...all.map((upid) => ({ upid, endtime: undefined, status: undefined })), ...ended];
  return list.flatMap(({ upid, endtime, status }) => {
    const task = parseUpid(upid);
    if (!task || !visible(ctx, task, "Sys.Audit")) return [];
    return [{ ...describe(upid, task), ...(endtime === undefined ? {} : { endtime, status }) }];
  });
}

type Listed = Awaited<ReturnType<typeof listTasks>>[number];

function matches(task: Listed, params: RequestContext["params"]): boolean {
  const { vmid, typefilter, userfilter, statusfilter, errors, since, until } = params;
  const kind = statusKind(task.status);
  return (
    (vmid === undefined || task.id === String(vmid)) &&
    (typefilter === undefined || task.type === typefilter) &&
    (userfilter === undefined || task.user.includes(String(userfilter))) &&
    (statusfilter === undefined || String(statusfilter).split(",").includes(kind)) &&
    (errors !== true || kind === "error") &&
    (since === undefined || task.starttime >= Number(since)) &&
    (until === undefined || task.starttime <= Number(until))
  );
}

function statusKind(status: string | undefined): string {
  if (status === undefined) return "running";
  if (status === "OK") return "ok";
  return status.startsWith("WARNINGS") ? "warning" : "error";
}

async function find(tasks: FileTaskRunner, ctx: RequestContext, privilege: string) {
  const upid = String(ctx.params.upid);
  const task = parseUpid(upid);
  if (!task) throw parameterError({ upid: "unable to parse worker upid" });
  if (!visible(ctx, task, privilege)) ctx.require(`/nodes/${task.node}`, privilege);
  if (!(await tasks.store.exists(upid))) throw parameterError({ upid: "no such task" });
  return { upid, task };
}

/** A user sees the tasks of all own tokens, a token only its own. */
function visible(ctx: RequestContext, task: Upid, privilege: string): boolean {
  const { authId, user, tokenId } = ctx.identity;
  const owner = task.authId.split("!")[0];
  const own = authId === task.authId || (tokenId === undefined && user === owner);
  return own || ctx.allowed(`/nodes/${task.node}`, privilege);
}

function describe(upid: string, task: Upid) {
  const [user = "", tokenid] = task.authId.split("!");
  const { node, pid, pstart, starttime, type, id } = task;
  const token = tokenid === undefined ? {} : { tokenid };
  return { upid, node, pid, pstart, starttime, type, id, user, ...token };
}
