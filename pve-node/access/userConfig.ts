import { decodeText, encodeText } from "../codec/ctConfig";
import { DEFAULT_RELEASE, type PveRelease } from "../version";

/** `/etc/pve/user.cfg`: users, tokens, groups, pools, roles and ACLs, one per line. */

export interface User {
  enable: boolean;
  /** Seconds since 1970; 0 = never. */
  expire: number;
  firstname: string;
  lastname: string;
  email: string;
  comment: string;
  keys: string;
  tokens: Map<string, Token>;
}

export interface Token {
  expire: number;
  /** Own privileges only, at most those of the user. */
  privsep: boolean;
  comment: string;
}

export interface Group {
  users: Set<string>;
  comment: string;
}

export interface Pool {
  comment: string;
  vms: Set<number>;
  storages: Set<string>;
}

export interface AclEntry {
  path: string;
  type: "user" | "group" | "token";
  ugid: string;
  role: string;
  propagate: boolean;
}

export interface UserConfig {
  /** Whose privileges and built-in roles count. */
  release: PveRelease;
  users: Map<string, User>;
  groups: Map<string, Group>;
  pools: Map<string, Pool>;
  /** Custom roles only. */
  roles: Map<string, Set<string>>;
  acl: AclEntry[];
}

const list = (text: string | undefined) => (text ?? "").split(/[,;\s]+/).filter((s) => s !== "");

export function newUser(): User {
  return {
    enable: true,
    expire: 0,
    firstname: "",
    lastname: "",
    email: "",
    comment: "",
    keys: "",
    tokens: new Map(),
  };
}

/** Reads the file's text; lines that make no sense are skipped, as Proxmox does. */
export function parseUserConfig(text: string, release: PveRelease = DEFAULT_RELEASE): UserConfig {
  const config: UserConfig = {
    release,
    users: new Map([["root@pam", newUser()]]),
    groups: new Map(),
    pools: new Map(),
    roles: new Map(),
    acl: [],
  };
  for (const line of text.split("\n")) {
    const [kind, ...fields] = line.trim().split(":");
    const values = fields.map((field) => unescapeField(field.trim())); // as Proxmox reads them
    if (kind === "user") parseUser(config, values);
    else if (kind === "token") parseToken(config, values);
    else if (kind === "group") parseGroup(config, values);
    else if (kind === "pool") parsePool(config, values);
    else if (kind === "role" && values[0]) config.roles.set(values[0], new Set(list(values[1])));
    else if (kind === "acl") parseAcl(config, values);
  }
  return config;
}

function parseUser(config: UserConfig, values: string[]): void {
  const [id, enable, expire, firstname, lastname, email, comment, keys] = values;
  if (!id) return;
  config.users.set(id, {
    enable: enable === "1",
    expire: Number(expire) || 0,
    firstname: firstname ?? "",
    lastname: lastname ?? "",
    email: email ?? "",
    comment: comment ?? "",
    keys: keys ?? "",
    tokens: config.users.get(id)?.tokens ?? new Map<string, Token>(),
  });
}

function parseToken(config: UserConfig, values: string[]): void {
  const [id = "", expire, privsep, comment] = values;
  const [user = "", token = ""] = id.split("!");
  config.users.get(user)?.tokens.set(token, {
    expire: Number(expire) || 0,
    privsep: privsep !== "0",
    comment: comment ?? "",
  });
}

function parseGroup(config: UserConfig, values: string[]): void {
  const [id, users, comment] = values;
  if (id) config.groups.set(id, { users: new Set(list(users)), comment: comment ?? "" });
}

function parsePool(config: UserConfig, values: string[]): void {
  const [id, comment, vms, storages] = values;
  if (!id) return;
  config.pools.set(id, {
    comment: comment ?? "",
    vms: new Set(list(vms).map(Number)),
    storages: new Set(list(storages)),
  });
}

function parseAcl(config: UserConfig, values: string[]): void {
  const [propagate, path, subjects, roles] = values;
  if (!path?.startsWith("/")) return;
  for (const subject of list(subjects)) {
    const type = subject.startsWith("@") ? "group" : subject.includes("!") ? "token" : "user";
    const ugid = type === "group" ? subject.slice(1) : subject;
    for (const role of list(roles)) {
      config.acl.push({ path, type, ugid, role, propagate: propagate === "1" });
    }
  }
}

/** The file's text, sorted, so that equal configurations are equal files. */
export function formatUserConfig(config: UserConfig): string {
  const sections = [
    sorted(config.users).flatMap(([id, user]) => [userLine(id, user), ...tokenLines(id, user)]),
    sorted(config.groups).map(([id, g]) => line("group", id, joined(g.users), g.comment)),
    sorted(config.pools).map(([id, p]) =>
      line("pool", id, p.comment, [...p.vms].sort((a, b) => a - b).join(","), joined(p.storages)),
    ),
    sorted(config.roles).map(([id, privileges]) => line("role", id, joined(privileges))),
    aclLines(config.acl),
  ];
  return sections.map((lines) => lines.map((l) => `${l}\n`).join("")).join("\n");
}

function userLine(id: string, u: User): string {
  const enable = u.enable ? "1" : "0";
  const { expire, firstname, lastname, email, comment, keys } = u;
  return line("user", id, enable, String(expire), firstname, lastname, email, comment, keys);
}

function tokenLines(user: string, { tokens }: User): string[] {
  return sorted(tokens).map(([id, t]) =>
    line("token", `${user}!${id}`, String(t.expire), t.privsep ? "1" : "0", t.comment),
  );
}

function aclLines(acl: AclEntry[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const entry of acl) {
    const key = `${entry.propagate ? "1" : "0"}:${entry.path}:${entry.role}`;
    const subjects = groups.get(key) ?? new Set();
    subjects.add(entry.type === "group" ? `@${entry.ugid}` : entry.ugid);
    groups.set(key, subjects);
  }
  return sorted(groups).map(([key, subjects]) => {
    const [propagate = "", path = "", role = ""] = key.split(":");
    return line("acl", propagate, path, joined(subjects), role);
  });
}

const line = (kind: string, ...fields: string[]) => `${kind}:${fields.map(escapeField).join(":")}:`;
const joined = (items: Set<string>) => [...items].sort().join(",");
const sorted = <V>(map: Map<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * As Proxmox writes them: bytes of UTF-8 in hexadecimal for colons, control characters and what is not
 * ASCII, so that no value ends its field or its line.
 */
const escapeField = encodeText;
const unescapeField = decodeText;
