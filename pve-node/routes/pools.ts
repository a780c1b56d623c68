import type { AccessControl } from "../access/accessControl";
import type { Pool, UserConfig } from "../access/userConfig";
import { failure } from "../errors";
import { splitList } from "../http/formats";
import {
  needs,
  type GuestPools,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import { guestResource } from "./cluster";

const poolid: ParamSchema = { type: "string", format: "pve-poolid" };
const comment: ParamSchema = { type: "string", optional: true, multiline: true };

const changes: Record<string, ParamSchema> = {
  poolid,
  comment,
  vms: { type: "string", format: "pve-vmid-list", optional: true },
  storage: { type: "string", format: "pve-storage-id-list", optional: true },
  delete: { type: "boolean", optional: true },
  "allow-move": { type: "boolean", optional: true },
};

async function update(access: AccessControl, ctx: RequestContext): Promise<null> {
  const id = String(ctx.params.poolid);
  await access.change((config) => changePool(config, id, ctx));
  return null;
}

/** Pools, named in the query or, as older clients do, in the path. */
export function poolRoutes(services: NodeServices, access: AccessControl): Route[] {
  return [
    {
      method: "GET",
      path: "/pools",
      permission: "user",
      params: { poolid: { ...poolid, optional: true } },
      async handler(ctx) {
        const { pools } = await access.read();
        const id = ctx.params.poolid;
        if (id === undefined) {
          return [...pools]
            .filter(([name]) => ctx.allowed(`/pool/${name}`, "Pool.Audit"))
            .map(([name, pool]) => ({ poolid: name, ...shownComment(pool) }));
        }
        ctx.require(`/pool/${id}`, "Pool.Audit");
        const pool = pools.get(String(id));
        if (!pool) throw failure(`pool '${id}' does not exist`);
        const members = await poolMembers(services, pool, String(id));
        return [{ poolid: id, ...shownComment(pool), members }];
      },
    },
    {
      method: "POST",
      path: "/pools",
      permission: needs("/pool/{poolid}", "Pool.Allocate"),
      params: { poolid, comment },
      async handler(ctx) {
        const id = String(ctx.params.poolid);
        await access.change(({ pools }) => {
          if (pools.has(id)) throw failure(`create pool failed: pool '${id}' already exists`);
          const parent = id.split("/").slice(0, -1).join("/");
          if (parent !== "" && !pools.has(parent)) {
            throw failure(`create pool failed: parent pool '${parent}' does not exist`);
          }
          const text = String(ctx.params.comment ?? "");
          pools.set(id, { comment: text, vms: new Set(), storages: new Set() });
        });
        return null;
      },
    },
    {
      method: "PUT",
      path: "/pools",
      permission: needs("/pool/{poolid}", "Pool.Allocate"),
      params: changes,
      handler: (ctx) => update(access, ctx),
    },
    {
      method: "GET",
      path: "/pools/{poolid}",
      permission: needs("/pool/{poolid}", "Pool.Audit"),
      params: {
        poolid,
        type: { type: "string", enum: ["qemu", "lxc", "storage"], optional: true },
      },
      async handler({ params }) {
        const id = String(params.poolid);
        const pool = (await access.read()).pools.get(id);
        if (!pool) throw failure(`pool '${id}' does not exist`);
        const members = await poolMembers(services, pool, id);
        const wanted = members.filter(
          ({ type }) => params.type === undefined || type === params.type,
        );
        return { poolid: id, ...shownComment(pool), members: wanted };
      },
    },
    {
      method: "PUT",
      path: "/pools/{poolid}",
      permission: needs("/pool/{poolid}", "Pool.Allocate"),
      params: changes,
      handler: (ctx) => update(access, ctx),
    },
    ...["/pools", "/pools/{poolid}"].map((path): Route => ({
      method: "DELETE",
      path,
      permission: needs("/pool/{poolid}", "Pool.Allocate"),
      params: { poolid },
      async handler(ctx) {
        const id = String(ctx.params.poolid);
        await access.change(({ pools }) => {
          const pool = pools.get(id);
          if (!pool) throw failure(`delete pool failed: pool '${id}' does not exist`);
          const refuse = (what: string) =>
            failure(`delete pool failed: pool '${id}' is not empty (contains ${what})`);
          for (const vmid of pool.vms) throw refuse(`VM ${vmid}`);
          for (const storage of pool.storages) throw refuse(`storage ${storage}`);
          for (const name of pools.keys()) {
            if (name.startsWith(`${id}/`)) throw refuse(`pool ${name}`);
          }
          pools.delete(id);
        });
        return null;
      },
    })),
  ];
}

function changePool(config: UserConfig, id: string, ctx: RequestContext): void {
  const pool = config.pools.get(id);
  const refuse = (text: string) => failure(`update pools failed: ${text}`);
  if (!pool) throw refuse(`pool '${id}' does not exist`);
  const { params } = ctx;
  if (params.comment !== undefined) pool.comment = String(params.comment);
  else if (ctx.empty.has("comment")) pool.comment = "";
  for (const vmid of splitList(String(params.vms ?? "")).map(Number)) {
    ctx.require(`/vms/${vmid}`, "VM.Allocate");
    if (params.delete === true) {
      if (!pool.vms.delete(vmid)) throw refuse(`VM ${vmid} is not a pool member`);
      continue;
    }
    if (pool.vms.has(vmid)) throw refuse(`VM ${vmid} is already a pool member`);
    const [other, owner] = [...config.pools].find(([, p]) => p !== pool && p.vms.has(vmid)) ?? [];
    if (owner && params["allow-move"] !== true) {
      throw refuse(`VM ${vmid} belongs already to pool '${other}' and 'allow-move' is not set`);
    }
    owner?.vms.delete(vmid);
    pool.vms.add(vmid);
  }
  for (const storage of splitList(String(params.storage ?? ""))) {
    ctx.require(`/storage/${storage}`, "Datastore.Allocate");
    if (params.delete !== true) pool.storages.add(storage);
    else if (!pool.storages.delete(storage)) {
      throw refuse(`Storage '${storage}' is not a pool member`);
    }
  }
}

async function poolMembers(services: NodeServices, pool: Pool, id: string) {
  const { node } = services;
  const guests = (await services.guests()).filter((guest) => pool.vms.has(guest.vmid));
  return [
    ...guests.map((guest) => guestResource(node, guest, id)),
    ...[...pool.storages].map((storage) => ({
      id: `storage/${node}/${storage}`,
      type: "storage",
      storage,
      node,
    })),
  ];
}

const shownComment = ({ comment: text }: Pool) => (text === "" ? {} : { comment: text });

/** Pool membership for the LXC driver. */
export function guestPools(access: AccessControl): GuestPools {
  return {
    members: async (pool) => [...((await access.read()).pools.get(pool)?.vms ?? [])],
    exists: async (pool) => (await access.read()).pools.has(pool),
    add: (pool, vmid) =>
      access.change((config) => {
        const found = config.pools.get(pool);
        if (!found) throw failure(`pool '${pool}' does not exist`);
        found.vms.add(vmid);
      }),
    async forget(vmid) {
      const path = `/vms/${vmid}`;
      const config = await access.read();
      const known =
        config.acl.some((e) => e.path === path) ||
        [...config.pools.values()].some((p) => p.vms.has(vmid));
      if (!known) return;
      await access.change((current) => {
        for (const pool of current.pools.values()) pool.vms.delete(vmid);
        current.acl = current.acl.filter((entry) => entry.path !== path);
      });
    },
  };
}
