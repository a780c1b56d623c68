import type { Identity } from "../contract";
import { rolesOf } from "./roles";
import type { AclEntry, UserConfig } from "./userConfig";

/** Privileges on one path; true when the entry that gave it also covers what lies below. */
export type Privileges = Map<string, boolean>;

/** What somebody may do on a path. */
export function privileges(config: UserConfig, who: Identity, path: string): Privileges {
  if (who.tokenId === undefined) return ofSubject(config, "user", who.user, path);
  const token = config.users.get(who.user)?.tokens.get(who.tokenId);
  if (!token) return new Map();
  const owner = ofSubject(config, "user", who.user, path);
  if (!token.privsep) return owner;
  const own = ofSubject(config, "token", who.authId, path);
  return new Map([...own].filter(([name]) => owner.has(name)));
}

function ofSubject(
  config: UserConfig,
  type: "user" | "token",
  id: string,
  path: string,
): Privileges {
  if (id === "root@pam")
    return new Map([...rolesOf(config.release).privileges].map((name) => [name, true]));
  const result = rolesToPrivileges(config, rolesOn(config, type, id, path));
  for (const pool of poolsOf(config, path)) {
    const roles = rolesOn(config, type, id, `/pool/${pool}`);
    for (const [name, below] of rolesToPrivileges(config, roles)) {
      result.set(name, below || result.get(name) === true);
    }
  }
  return result;
}

/** Walks from `/` down: an entry at a deeper path replaces what was collected above it. */
function rolesOn(
  config: UserConfig,
  type: "user" | "token",
  id: string,
  path: string,
): Map<string, boolean> {
  const groups = [...config.groups].filter(([, g]) => type === "user" && g.users.has(id));
  const groupIds = new Set(groups.map(([name]) => name));
  let roles = new Map<string, boolean>();
  for (const level of levels(path)) {
    const here = config.acl.filter((e) => e.path === level && (e.propagate || level === path));
    const own = here.filter((e) => e.type === type && e.ugid === id);
    const ofGroups = here.filter((e) => e.type === "group" && groupIds.has(e.ugid));
    const entries = own.length > 0 ? own : ofGroups;
    if (entries.length > 0) roles = collect(entries);
  }
  return roles;
}

function collect(entries: AclEntry[]): Map<string, boolean> {
  return new Map(entries.map((e) => [e.role, e.propagate]));
}

function levels(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return ["/", ...parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`)];
}

function rolesToPrivileges(config: UserConfig, roles: Map<string, boolean>): Privileges {
  const result: Privileges = new Map();
  if (roles.has("NoAccess")) return result;
  for (const [role, propagate] of roles) {
    const names = rolesOf(config.release).builtIn.get(role) ?? config.roles.get(role) ?? [];
    for (const name of names) result.set(name, propagate || result.get(name) === true);
  }
  return result;
}

/** The pools whose ACLs also count for a guest or a storage. */
function poolsOf(config: UserConfig, path: string): string[] {
  const [, kind, id] = /^\/(vms|storage)\/([^/]+)$/.exec(path) ?? [];
  if (!id) return [];
  const holds = kind === "vms" ? "vms" : "storages";
  return [...config.pools]
    .filter(([, pool]) => (holds === "vms" ? pool.vms.has(Number(id)) : pool.storages.has(id)))
    .map(([name]) => name);
}
