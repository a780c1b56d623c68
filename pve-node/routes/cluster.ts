import type { AccessControl } from "../access/accessControl";
import { cgroupVersion } from "../lxc/cgroup";
import { nodeSummary } from "../os/usage";
import { failure, parameterError } from "../errors";
import {
  needs,
  type GuestSummary,
  type NodeServices,
  type RequestContext,
  type Route,
} from "../contract";
import { readStorages } from "../storage/configured";
import type { FileTaskRunner } from "../tasks/taskRunner";
import { moreClusterRoutes, vmidRange } from "./clusterMore";
import { nodeAddress } from "./nodes";
import { storageEntry } from "./storage";
import { listTasks } from "./tasks";

/** Routes below `/cluster`. The embedded cluster has one node. */
export function clusterRoutes(services: NodeServices, access: AccessControl): Route[] {
  const { node } = services;
  return [
    {
      method: "GET",
      path: "/cluster/nextid",
      permission: "user",
      params: { vmid: { type: "integer", format: "pve-vmid", minimum: 100, optional: true } },
      async handler({ params }) {
        const used = new Set((await services.guests()).map((guest) => guest.vmid));
        if (params.vmid !== undefined) {
          const vmid = Number(params.vmid);
          if (used.has(vmid)) throw parameterError({ vmid: `VM ${vmid} already exists` });
          return String(vmid);
        }
        const [lower, upper] = await vmidRange(services.paths);
        for (let vmid = lower; vmid < upper; vmid += 1) if (!used.has(vmid)) return String(vmid);
        throw failure(`unable to get any free VMID in range [${lower}, ${upper}]`);
      },
    },
    {
      method: "GET",
      path: "/cluster/resources",
      permission: "user",
      params: {
        type: { type: "string", enum: ["vm", "storage", "node", "sdn"], optional: true },
      },
      handler: (ctx) => resources(services, access, ctx),
    },
    {
      method: "GET",
      path: "/cluster/status",
      permission: needs("/", "Sys.Audit"),
      handler() {
        // A node without a cluster answers with itself only.
        return [
          {
            type: "node",
            id: `node/${node}`,
            name: node,
            nodeid: 0,
            ip: nodeAddress(),
            online: 1,
            local: 1,
            level: "",
          },
        ];
      },
    },
    {
      method: "GET",
      path: "/cluster/tasks",
      permission: "user",
      handler: async (ctx) => {
        ctx.params.source = "all";
        const list = await listTasks(services.tasks as FileTaskRunner, ctx);
        return list.slice(0, 25).map((task) => {
          const { upid, node: on, starttime, type, id, user, tokenid } = task;
          const ended = "endtime" in task ? { endtime: task.endtime, status: task.status } : {};
          const token = tokenid === undefined ? {} : { tokenid };
          return { upid, node: on, starttime, type, id, user, ...token, saved: 1, ...ended };
        });
      },
    },
    ...moreClusterRoutes(services, access),
  ];
}

async function resources(services: NodeServices, access: AccessControl, ctx: RequestContext) {
  const { type } = ctx.params;
  const wants = (kind: string) => type === undefined || type === kind;
  const result: unknown[] = [];
  if (wants("node")) result.push(await nodeResource(services, ctx));
  if (wants("vm")) {
    const { pools } = await access.read();
    for (const guest of await services.guests()) {
      if (!ctx.allowed(`/vms/${guest.vmid}`, "VM.Audit")) continue;
      const pool = [...pools].find(([, p]) => p.vms.has(guest.vmid))?.[0];
      result.push(guestResource(services.node, guest, pool));
    }
  }
  if (type === undefined) {
    const { pools } = await access.read();
    for (const pool of pools.keys())
      if (ctx.allowed(`/pool/${pool}`, "Pool.Audit"))
        result.push({ id: `/pool/${pool}`, type: "pool", pool });
  }
  if (wants("storage")) result.push(...(await storageResources(services, ctx)));
  if (wants("sdn") && ctx.allowed("/sdn/zones/localnetwork", "SDN.Audit")) {
    const { node } = services;
    const sdn = "localnetwork";
    result.push({ id: `sdn/${node}/${sdn}`, type: "sdn", sdn, node, status: "ok" });
  }
  return result;
}

async function nodeResource({ node, paths }: NodeServices, ctx: RequestContext) {
  const mode = { "cgroup-mode": cgroupVersion() };
  const entry = { id: `node/${node}`, type: "node", node, status: "online", level: "", ...mode };
  if (!ctx.allowed(`/nodes/${node}`, "Sys.Audit")) return entry;
  return { ...entry, ...(await nodeSummary(paths.root)) };
}

/** A CT as /cluster/resources and pools list it. */
export function guestResource(node: string, guest: GuestSummary, pool: string | undefined) {
  const { template, tags, lock, ...figures } = guest;
  return {
    id: `lxc/${guest.vmid}`,
    type: "lxc",
    node,
    ...figures,
    template: template ? 1 : 0,
    ...(tags ? { tags } : {}),
    ...(lock ? { lock } : {}),
    ...(pool ? { pool } : {}),
  };
}

async function storageResources({ node, paths }: NodeServices, ctx: RequestContext) {
  const seen = [...(await readStorages(paths)).values()].filter((s) =>
    ["Datastore.Audit", "Datastore.AllocateSpace"].some((p) => ctx.allowed(`/storage/${s.id}`, p)),
  );
  return Promise.all(
    seen.map(async (storage) => {
      const entry = await storageEntry(paths, storage);
      return {
        id: `storage/${node}/${storage.id}`,
        type: "storage",
        storage: storage.id,
        node,
        plugintype: storage.type,
        status: entry.active ? "available" : "unknown",
        shared: 0,
        content: entry.content,
        maxdisk: entry.total,
        disk: entry.used,
      };
    }),
  );
}
