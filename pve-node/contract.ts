import type { NodePaths } from "./paths";

/** The contract between the HTTP layer of the embedded node and its routes. */

/** One parameter's schema, after Proxmox's own JSON schema (pve-api.md 1.3: verifier texts). */
export interface ParamSchema {
  type: "string" | "integer" | "number" | "boolean";
  optional?: boolean;
  /** A named format such as `pve-vmid`, `dns-name`; `…-list` formats join repeated keys by comma. */
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  enum?: readonly string[];
  pattern?: RegExp;
  /** Text of what is wrong with the value, for property strings and the like; it goes into `errors`. */
  check?: (value: string, name: string) => string | undefined;
  /**
   * Takes line breaks, because it is encoded before it is written. Every other text with a control
   * character is refused: it could begin a line of its own in a file.
   *
   * @default false
   */
  multiline?: boolean;
  /** Another parameter that must be given with this one. */
  requires?: string;
  /** What it means, for people. */
  description?: string;
  /** Filled in when the parameter is absent. */
  default?: string | number | boolean;
}

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Who is asking. `tokenId` is set when an API token was used; then the user is never "root@pam" itself. */
export interface Identity {
  /** `user@realm`, or `user@realm!tokenid` for a token: the name Proxmox compares with root@pam. */
  authId: string;
  /** `user@realm` without the token part. */
  user: string;
  tokenId?: string;
}

/** What a handler is given. Parameters are verified, decoded and typed (booleans are true/false). */
export interface RequestContext {
  identity: Identity;
  params: Record<string, string | number | boolean>;
  /**
   * Names that were sent without a value (`tags=`); `params` holds an empty text for them.
   */
  empty: ReadonlySet<string>;
  /** root@pam by ticket, never by token. */
  isRoot: boolean;
  /** Throws PveError 403 `Permission check failed (<path>, <Priv>)` unless all are held. */
  require(path: string, ...privileges: string[]): void;
  /** True when the privilege is held; never throws. */
  allowed(path: string, privilege: string): boolean;
  /** Adds `total` and the like beside `data`. */
  envelope(extra: Record<string, unknown>): void;
}

/**
 * Who may call a route:
 * - `world`: anybody, without a ticket;
 * - `user`: whoever is logged in; the handler looks at what it shows or changes;
 * - `root`: root@pam by ticket alone;
 * - privileges on a path such as `/vms/{vmid}`, all of them or, with `any`, one of them.
 */
export type Permission =
  "world" | "user" | "root" | { path: string; privileges: readonly string[]; any?: true };

/** All privileges on a path; `{name}` stands for a parameter. */
export const needs = (path: string, ...privileges: string[]): Permission => ({ path, privileges });

/** One of the privileges on a path. */
export const needsAny = (path: string, ...privileges: string[]): Permission => ({
  path,
  privileges,
  any: true,
});

/** A path template such as `/nodes/{node}/lxc/{vmid}/config`; `{name*}` takes the rest of the path. */
export interface Route {
  method: Method;
  path: string;
  /**
   * Schema of path and body/query parameters; anything else is refused. Path parameters that are not
   * listed are strings. `patterns` serve netN, mpN, devN.
   */
  params?: Record<string, ParamSchema>;
  patterns?: { match: RegExp; schema: ParamSchema }[];
  /** Who may call it; looked at before the parameters are verified. */
  permission: Permission;
  /** Answers for any name of a node, as indexes do: a real node does not forward these. */
  anyNode?: boolean;
  /** The value becomes `data`; tasks answer their UPID. */
  handler(ctx: RequestContext): unknown;
}

/** A worker's log; each line appears in the task's log file. */
export interface TaskLog {
  line(text: string): void;
  /** Written as `WARN: text`; counts for the exit status `WARNINGS: n`. */
  warn(text: string): void;
  /** Aborted when somebody stops the task. */
  readonly signal: AbortSignal;
}

/** Runs workers: `start` writes the UPID and its log to disk and returns the UPID at once. */
export interface TaskRunner {
  start(
    type: string,
    id: string,
    identity: Identity,
    worker: (log: TaskLog) => Promise<void>,
  ): Promise<string>;
  /** Resolves when the task ended; the exit status is `OK`, `WARNINGS: n` or the error text. */
  wait(upid: string): Promise<string>;
}

/** What cluster, pool and storage routes need to know of a CT; the LXC driver knows it. */
export interface GuestSummary {
  vmid: number;
  status: "running" | "stopped";
  name: string;
  tags?: string;
  template?: boolean;
  lock?: string;
  /** Bytes, seconds, cores; 0 where the CT is stopped. */
  maxcpu: number;
  cpu: number;
  maxmem: number;
  mem: number;
  maxdisk: number;
  disk: number;
  uptime: number;
  netin: number;
  netout: number;
  diskread: number;
  diskwrite: number;
}

/** What routes work with. `lxcRoutes(services)` in pve-node/routes/lxc gets the same object. */
export interface NodeServices {
  node: string;
  paths: NodePaths;
  tasks: TaskRunner;
  pools: GuestPools;
  /** The node's CTs; read anew at each call, since pct and editors change the files too. */
  guests(): Promise<GuestSummary[]>;
}

/** Pool membership and ACLs of guests, kept in /etc/pve/user.cfg. */
export interface GuestPools {
  exists(pool: string): Promise<boolean>;
  add(pool: string, vmid: number): Promise<void>;
  /** The CTs of a pool. */
  members(pool: string): Promise<number[]>;
  /** Removes the CT from its pool and drops the ACLs of /vms/<vmid>. */
  forget(vmid: number): Promise<void>;
}
