import { splitRealm, type AccessControl } from "../access/accessControl";
import { removePassword, setPassword } from "../access/passwords";
import { newUser, type User, type UserConfig } from "../access/userConfig";
import { failure, parameterError, permissionError, PveError } from "../errors";
import { splitList } from "../http/formats";
import type { ParamSchema, RequestContext, Route } from "../contract";
import { domainRoutes } from "./domains";
import { permissionsRoute } from "./accessPermissions";

const userId: ParamSchema = { type: "string", format: "pve-userid", maxLength: 64 };
const text: ParamSchema = { type: "string", optional: true };
const userFields: Record<string, ParamSchema> = {
  comment: { ...text, maxLength: 2048, multiline: true },
  email: { ...text, maxLength: 254 },
  enable: { type: "boolean", optional: true },
  expire: { type: "integer", minimum: 0, optional: true },
  firstname: { ...text, maxLength: 1024 },
  lastname: { ...text, maxLength: 1024 },
  groups: { ...text, format: "pve-groupid-list" },
  keys: text,
};
const password: ParamSchema = { type: "string", minLength: 8, maxLength: 64 };

/** Login, users and their passwords. */
export function accessRoutes(access: AccessControl): Route[] {
  return [
    {
      method: "GET",
      path: "/access/ticket",
      permission: "world",
      handler: () => null,
    },
    {
      method: "POST",
      path: "/access/ticket",
      permission: "world",
      params: {
        username: { type: "string", maxLength: 64 },
        password: { type: "string" },
        realm: { type: "string", optional: true, maxLength: 32 },
        otp: { type: "string", optional: true },
        "new-format": { type: "boolean", optional: true },
      },
      async handler({ params }) {
        const name = String(params.username);
        const user = params.realm && splitRealm(name)[1] === "" ? `${name}@${params.realm}` : name;
        const otp = params.otp !== undefined;
        // No user here has a second factor: a code for one is a wrong code.
        await (otp ? access.refuse() : access.login(user, String(params.password)));
        access.record(user);
        return {
          username: user,
          ticket: await access.tickets.issue(user),
          CSRFPreventionToken: await access.tickets.issueCsrf(user),
          cap: await capabilities(access, user),
        };
      },
    },
    permissionsRoute(access),
    ...domainRoutes(),
    {
      method: "PUT",
      path: "/access/password",
      permission: "user",
      params: {
        userid: userId,
        password,
        "confirmation-password": { type: "string", optional: true },
      },
      async handler(ctx) {
        refuseToken(ctx, "/access/password");
        const id = String(ctx.params.userid);
        const confirmation = ctx.params["confirmation-password"];
        if (!ctx.isRoot) {
          // A ticket alone is not enough: somebody else may sit at the keyboard by now.
          if (confirmation === undefined) {
            throw parameterError({ "confirmation-password": "property is missing" });
          }
          await access.confirm(ctx.identity.user, String(confirmation));
          if (id !== ctx.identity.user) {
            requireUserModify(ctx, id);
            ctx.require(`/access/realm/${splitRealm(id)[1]}`, "Realm.AllocateUser");
          }
        }
        requireUser(await access.read(), id);
        await storePassword(access, id, String(ctx.params.password));
        return null;
      },
    },
    {
      method: "GET",
      path: "/access/users",
      permission: "user",
      params: {
        enabled: { type: "boolean", optional: true },
        full: { type: "boolean", optional: true },
      },
      async handler(ctx) {
        const config = await access.read();
        const mayAll = ctx.allowed("/access/groups", "User.Modify") || audits(ctx);
        return [...config.users]
          .filter(([id]) => mayAll || id === ctx.identity.user)
          .filter(([, u]) => ctx.params.enabled === undefined || u.enable === ctx.params.enabled)
          .map(([userid, user]) => ({
            userid,
            ...shown(user),
            "realm-type": splitRealm(userid)[1],
            ...(ctx.params.full === true ? membership(config, userid, user) : {}),
          }));
      },
    },
    {
      method: "POST",
      path: "/access/users",
      permission: "user",
      params: { userid: userId, password: { ...password, optional: true }, ...userFields },
      async handler(ctx) {
        const id = String(ctx.params.userid);
        const realm = splitRealm(id)[1];
        ctx.require(`/access/realm/${realm}`, "Realm.AllocateUser");
        requireUserModify(ctx, id);
        await access.change((config) => {
          if (config.users.has(id))
            throw failure(`create user failed: user '${id}' already exists`);
          const user = newUser();
          applyFields(config, id, user, ctx);
          config.users.set(id, user);
        });
        if (ctx.params.password) await storePassword(access, id, String(ctx.params.password));
        return null;
      },
    },
    {
      method: "GET",
      path: "/access/users/{userid}",
      permission: "user",
      params: { userid: userId },
      async handler(ctx) {
        const id = String(ctx.params.userid);
        // Not even oneself may look without one of the two.
        if (!audits(ctx) && !ctx.allowed("/access/groups", "User.Modify")) throw permissionError();
        const config = await access.read();
        const user = requireUser(config, id);
        const tokens = [...user.tokens].map(([name, t]) => [
          name,
          { expire: t.expire, privsep: t.privsep ? 1 : 0, comment: t.comment || undefined },
        ]);
        const groups = [...config.groups].filter(([, g]) => g.users.has(id)).map(([name]) => name);
        return { ...shown(user), groups, tokens: Object.fromEntries(tokens) as object };
      },
    },
    {
      method: "PUT",
      path: "/access/users/{userid}",
      permission: "user",
      params: {
        userid: userId,
        append: { type: "boolean", optional: true, requires: "groups" },
        ...userFields,
      },
      async handler(ctx) {
        const id = String(ctx.params.userid);
        requireUserModify(ctx, id);
        await access.change((config) => {
          if (!config.users.has(id)) throw failure(`update user failed: no such user ('${id}')`);
          applyFields(config, id, requireUser(config, id), ctx);
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: "/access/users/{userid}",
      permission: "user",
      params: { userid: userId },
      async handler(ctx) {
        const id = String(ctx.params.userid);
        requireUserModify(ctx, id);
        if (id === "root@pam") throw failure("delete user failed: root@pam can't be removed");
        // A user that is not there is no error, as recorded: what is left of it is removed as well.
        const tokens = await access.change((config) => {
          const user = config.users.get(id) ?? newUser();
          config.users.delete(id);
          for (const group of config.groups.values()) group.users.delete(id);
          config.acl = config.acl.filter((e) => e.type === "group" || e.ugid.split("!")[0] !== id);
          return [...user.tokens.keys()];
        });
        for (const token of tokens) await access.setTokenSecret(`${id}!${token}`);
        const { file, name } = access.passwordOf(id);
        await removePassword(file, name);
        return null;
      },
    },
  ];
}

/** Which parts of the web interface a user may see; clients only look whether it is there. */
async function capabilities(access: AccessControl, user: string) {
  const session = await access.session({ authId: user, user });
  const areas = { vms: "/vms", storage: "/storage", nodes: "/nodes", access: "/access", dc: "/" };
  const all = { ...areas, sdn: "/sdn", mapping: "/mapping" };
  return Object.fromEntries(
    Object.entries(all).map(([area, path]) => [
      area,
      Object.fromEntries([...session.privileges(path).keys()].map((name) => [name, 1])),
    ]),
  );
}

/** @throws PveError 403 for calls that need a person with a ticket */
export function refuseToken(ctx: RequestContext, uri: string): void {
  if (ctx.identity.tokenId === undefined) return;
  const text = `(URI '${uri}' not available with API token, need proper ticket.)`;
  throw new PveError(403, `Permission check failed ${text}`);
}

export function requireUser(config: UserConfig, id: string): User {
  const user = config.users.get(id);
  if (!user) throw failure(`no such user ('${id}')`);
  return user;
}

/** User.Modify counts on the groups of users. Nobody but root may touch root. */
export function requireUserModify(ctx: RequestContext, id: string): void {
  if (id === "root@pam" && !ctx.isRoot) throw permissionError("user != root@pam");
  ctx.require("/access/groups", "User.Modify");
}

const audits = (ctx: RequestContext) => ctx.allowed("/access/groups", "Sys.Audit");

async function storePassword(access: AccessControl, id: string, password: string): Promise<void> {
  const { file, name } = access.passwordOf(id);
  await setPassword(file, name, password);
}

function applyFields(config: UserConfig, id: string, user: User, ctx: RequestContext): void {
  const { params, empty } = ctx;
  for (const field of ["comment", "email", "firstname", "lastname", "keys"] as const) {
    if (params[field] !== undefined) user[field] = String(params[field]);
    else if (empty.has(field)) user[field] = "";
  }
  if (params.enable !== undefined) user.enable = params.enable === true;
  if (params.expire !== undefined) user.expire = Number(params.expire);
  if (params.groups === undefined && !empty.has("groups")) return;
  const wanted = new Set(splitList(String(params.groups ?? "")));
  for (const name of wanted) {
    if (!config.groups.has(name)) throw failure(`no such group '${name}'`);
  }
  for (const [name, group] of config.groups) {
    if (wanted.has(name)) group.users.add(id);
    else if (params.append !== true) group.users.delete(id);
  }
}

/** What `full` adds to a user of the list. */
function membership(config: UserConfig, id: string, user: User) {
  const groups = [...config.groups].filter(([, group]) => group.users.has(id));
  const tokens = [...user.tokens].map(([tokenid, { expire, privsep, comment }]) => ({
    tokenid,
    expire,
    privsep: privsep ? 1 : 0,
    ...(comment ? { comment } : {}),
  }));
  return { groups: groups.map(([name]) => name).join(","), tokens };
}

function shown(user: User) {
  const { expire, firstname, lastname, email, comment, keys } = user;
  const texts = Object.entries({ firstname, lastname, email, comment, keys });
  return {
    enable: user.enable ? 1 : 0,
    expire,
    ...(Object.fromEntries(texts.filter(([, value]) => value !== "")) as Record<string, string>),
  };
}
