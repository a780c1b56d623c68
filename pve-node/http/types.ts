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
  /** Repeated array parameters, keyed by name without a suffix such as `delete`. */
  isRoot: boolean;
  /** Throws PveError 403 `Permission check failed (<path>, <Priv>)` unless all are held. */
  require(path: string, ...privileges: string[]): void;
  /** True when the privilege is held; never throws. */
  allowed(path: string, privilege: string): boolean;
}

/** A path template such as `/nodes/{node}/lxc/{vmid}/config`; `{name*}` takes the rest of the path. */
export interface Route {
  method: Method;
  path: string;
  /** Schema of path and body/query parameters; anything else is refused. `patterns` serve netN, mpN, devN. */
  params?: Record<string, ParamSchema>;
  patterns?: { match: RegExp; schema: ParamSchema }[];
  /** No ticket or token needed (ticket, domains). */
  world?: boolean;
  /** Only root@pam by ticket. */
  rootOnly?: boolean;
  /** The value becomes `data`; tasks answer their UPID. */
  handler(ctx: RequestContext): unknown;
}

/** A worker's log; each line appears in the task's log file. */
export interface TaskLog {
  line(text: string): void;
  warn(text: string): void;
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
