import type { AccessControl } from "../access/accessControl";
import { rolesOf } from "../access/roles";
import type { AclEntry } from "../access/userConfig";
import { failure, parameterError } from "../errors";
import { splitList } from "../http/formats";
import { needs, type Identity, type RequestContext, type Route } from "../contract";

const ACL_PATH = /^\/($|(nodes|vms|storage|pool|access|sdn|mapping)(\/[A-Za-z0-9.\-_@]+)*$)/;

/** GET /access/permissions: what the caller, or somebody else, may do where. */
export function permissionsRoute(access: AccessControl): Route {
  return {
    method: "GET",
    path: "/access/permissions",
    permission: "user",
    params: {
      path: { type: "string", optional: true },
      userid: { type: "string", optional: true },
    },
    async handler(ctx) {
      const { userid, path } = ctx.params;
      if (userid !== undefined && userid !== ctx.identity.authId)
        ctx.require("/access", "Sys.Audit");
      const who = userid === undefined ? ctx.identity : identityOf(String(userid));
      const session = await access.session(who);
      const config = await access.read();
      const standard = ["/", "/access", "/nodes", "/vms", "/storage", "/pool", "/sdn", "/mapping"];
      const paths = path === undefined ? [...standard, ...config.acl.map((e) => e.path)] : [path];
      const entries = [...new Set(paths.map(String))].map((p) => {
        const held = [...session.privileges(p)].map(([name, below]) => [name, below ? 1 : 0]);
        return [p, Object.fromEntries(held) as object] as const;
      });
      return Object.fromEntries(entries.filter(([, held]) => Object.keys(held).length > 0));
    },
  };
}

function identityOf(authId: string): Identity {
  const [user = "", tokenId] = authId.split("!");
  return { authId, user, ...(tokenId === undefined ? {} : { tokenId }) };
}

/** Roles and ACLs. */
export function permissionRoutes(access: AccessControl): Route[] {
  const roleid = { type: "string", format: "pve-roleid" } as const;
  const { privileges: known, builtIn } = rolesOf(access.release);
  const checkPrivileges = (text: string) => {
    const unknown = splitList(text).find((name) => !known.has(name));
    return unknown === undefined ? undefined : `invalid format - invalid privilege '${unknown}'`;
  };
  const refuseBuiltIn = (id: string, verb: string) => {
    if (builtIn.has(id)) throw failure(`auto-generated role '${id}' cannot be ${verb}`);
  };
  const privs = { type: "string", optional: true, check: checkPrivileges } as const;
  return [
    {
      method: "GET",
      path: "/access/roles",
      permission: "user",
      async handler() {
        const { roles } = await access.read();
        const all = [
          ...[...builtIn].map(([id, names]) => [id, names, 1] as const),
          ...[...roles].map(([id, names]) => [id, names, 0] as const),
        ];
        return all.map(([id, names, special]) => ({
          roleid: id,
          privs: [...names].sort().join(","),
          special,
        }));
      },
    },
    {
      method: "POST",
      path: "/access/roles",
      permission: needs("/access", "Sys.Modify"),
      params: { roleid, privs },
      async handler(ctx) {
        const id = String(ctx.params.roleid);
        await access.change(({ roles }) => {
          if (roles.has(id) || builtIn.has(id)) {
            throw failure(`create role failed: role '${id}' already exists`);
          }
          roles.set(id, new Set(splitList(String(ctx.params.privs ?? ""))));
        });
        return null;
      },
    },
    {
      method: "GET",
      path: "/access/roles/{roleid}",
      permission: "user",
      params: { roleid },
      async handler(ctx) {
        const id = String(ctx.params.roleid);
        const names = builtIn.get(id) ?? (await access.read()).roles.get(id);
        if (!names) throw failure(`role '${id}' does not exist`);
        return Object.fromEntries([...names].sort().map((name) => [name, 1]));
      },
    },
    {
      method: "PUT",
      path: "/access/roles/{roleid}",
      permission: needs("/access", "Sys.Modify"),
      params: { roleid, privs, append: { type: "boolean", optional: true } },
      async handler(ctx) {
        const id = String(ctx.params.roleid);
        refuseBuiltIn(id, "modified");
        await access.change(({ roles }) => {
          const before = roles.get(id);
          if (!before) throw failure(`update role failed: role '${id}' does not exist`);
          const names = splitList(String(ctx.params.privs ?? ""));
          roles.set(id, new Set([...(ctx.params.append === true ? before : []), ...names]));
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: "/access/roles/{roleid}",
      permission: needs("/access", "Sys.Modify"),
      params: { roleid },
      async handler(ctx) {
        const id = String(ctx.params.roleid);
        refuseBuiltIn(id, "deleted");
        await access.change((config) => {
          if (!config.roles.delete(id))
            throw failure(`delete role failed: role '${id}' does not exist`);
          config.acl = config.acl.filter((entry) => entry.role !== id);
        });
        return null;
      },
    },
    {
      method: "GET",
      path: "/access/acl",
      permission: "user",
      async handler(ctx) {
        const { acl } = await access.read();
        return acl
          .filter(({ path }) => ctx.allowed("/access", "Sys.Audit") || mayShare(ctx, path))
          .map(({ path, type, ugid, role, propagate }) => ({
            path,
            type,
            ugid,
            roleid: role,
            propagate: propagate ? 1 : 0,
          }));
      },
    },
    {
      method: "PUT",
      path: "/access/acl",
      permission: "user",
      params: {
        path: { type: "string" },
        roles: { type: "string", format: "pve-roleid-list" },
        users: { type: "string", format: "pve-userid-list", optional: true },
        groups: { type: "string", format: "pve-groupid-list", optional: true },
        tokens: { type: "string", format: "string-list", optional: true },
        propagate: { type: "boolean", default: true },
        delete: { type: "boolean", optional: true },
      },
      async handler(ctx) {
        const path = String(ctx.params.path).replace(/(?<=.)\/+$/, "");
        if (!ACL_PATH.test(path)) throw parameterError({ path: `invalid ACL path '${path}'` });
        if (!mayShare(ctx, path) && !mayDelegate(ctx, path))
          ctx.require(path, "Permissions.Modify");
        await changeAcl(access, ctx, path);
        return null;
      },
    },
  ];
}

const mayShare = (ctx: RequestContext, path: string) => ctx.allowed(path, "Permissions.Modify");

/** Whoever may make guests, storages or pools at a path may pass on what they hold there themselves. */
function mayDelegate(ctx: RequestContext, path: string): boolean {
  const kinds = { vms: "VM.Allocate", storage: "Datastore.Allocate", pool: "Pool.Allocate" };
  const kind = path.split("/")[1] as keyof typeof kinds;
  return Object.hasOwn(kinds, kind) && ctx.allowed(path, kinds[kind]);
}

/** @throws as the real one does, from within its update */
function refuseSuperset(
  ctx: RequestContext,
  path: string,
  role: string,
  names: ReadonlySet<string>,
): void {
  if (mayShare(ctx, path) || [...names].every((name) => ctx.allowed(path, name))) return;
  throw failure(
    "ACL update failed: 400 Parameter verification failed.\n" +
      `role: Cannot add role '${role}' - requires 'Permissions.Modify' or superset of privileges.`,
  );
}

async function changeAcl(access: AccessControl, ctx: RequestContext, path: string): Promise<void> {
  const { roles, users, groups, tokens, propagate } = ctx.params;
  const subjects = [
    ...splitList(String(users ?? "")).map((ugid) => ({ type: "user" as const, ugid })),
    ...splitList(String(groups ?? "")).map((ugid) => ({ type: "group" as const, ugid })),
    ...splitList(String(tokens ?? "")).map((ugid) => ({ type: "token" as const, ugid })),
  ];
  if (subjects.length === 0)
    throw parameterError(
      Object.fromEntries(
        ["users", "groups", "tokens"].map((name) => [
          name,
          "either 'users', 'groups' or 'tokens' is required.",
        ]),
      ),
    );
  const { builtIn } = rolesOf(access.release);
  await access.change((config) => {
    for (const role of splitList(String(roles))) {
      if (!builtIn.has(role) && !config.roles.has(role)) {
        throw failure(`ACL update failed: role '${role}' does not exist`);
      }
      const names = builtIn.get(role) ?? config.roles.get(role) ?? new Set<string>();
      refuseSuperset(ctx, path, role, names);
      for (const { type, ugid } of subjects) {
        const [user = "", token] = ugid.split("!");
        const owner = config.users.get(user);
        if (type === "group" && !config.groups.has(ugid)) {
          throw failure(`ACL update failed: group '${ugid}' does not exist`);
        }
        if (type !== "group" && !owner)
          throw failure(`ACL update failed: user '${user}' does not exist`);
        if (type === "token" && !owner?.tokens.has(token ?? "")) {
          throw failure(`ACL update failed: no such token '${token}' for user '${user}'`);
        }
        const same = (e: AclEntry) =>
          e.path === path && e.type === type && e.ugid === ugid && e.role === role;
        config.acl = config.acl.filter((entry) => !same(entry));
        if (ctx.params.delete !== true) {
          config.acl.push({ path, type, ugid, role, propagate: propagate === true });
        }
      }
    }
  });
}
