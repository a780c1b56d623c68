import type { IncomingHttpHeaders } from "node:http";
import { timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { exclusive, readText, writeAtomic } from "../os/files";
import { PveError, permissionError } from "../errors";
import type { Identity } from "../contract";
import { withFileLock } from "../os/fileLock";
import type { NodePaths } from "../paths";
import { privileges, type Privileges } from "./acl";
import { verifyPassword } from "./passwords";
import { Tickets } from "./tickets";
import { DEFAULT_RELEASE, type PveRelease } from "../version";
import { formatUserConfig, parseUserConfig, type UserConfig } from "./userConfig";

export interface AccessOptions {
  /** Whose privileges and roles count. @default "9.1" */
  release?: PveRelease;
  paths: NodePaths;
  /** Wait before a failed login answers, in milliseconds. @default 3000 */
  failureDelayMs?: number;
  /** Seconds since 1970. @default - the clock */
  now?: () => number;
}

/** The privileges of one request's user. The user configuration is read once for each request. */
export interface Session {
  require: (path: string, ...names: string[]) => void;
  allowed: (path: string, name: string) => boolean;
  privileges: (path: string) => Privileges;
}

/** A line of the cluster's log. */
export interface LogEntry {
  uid: number;
  /** Seconds since 1970. */
  time: number;
  pid: number;
  user: string;
  /** Syslog's priority. */
  pri: number;
  msg: string;
}

/** Lines of the log that are kept. */
const LOG_ENTRIES = 500;

/** Finds out which user a request comes from, and the privileges of that user. */
export class AccessControl {
  readonly tickets: Tickets;
  readonly paths: NodePaths;
  /** What happened lately, oldest first; `/cluster/log` shows it. */
  readonly log: LogEntry[] = [];
  readonly release: PveRelease;
  private readonly failureDelayMs: number;
  private readonly now: () => number;

  constructor(options: AccessOptions) {
    this.paths = options.paths;
    this.release = options.release ?? DEFAULT_RELEASE;
    this.now = options.now ?? (() => Math.floor(Date.now() / 1000));
    this.failureDelayMs = options.failureDelayMs ?? 3000;
    this.tickets = new Tickets(options.paths, this.now);
  }

  /** @throws PveError 401 without a valid ticket or token */
  async authenticate(method: string, headers: IncomingHttpHeaders): Promise<Identity> {
    const token = /^PVEAPIToken[= ]\s*(.+)$/.exec(headers.authorization ?? "")?.[1];
    if (token !== undefined) return this.authenticateToken(token);
    // Some clients send the ticket as a credential of its own instead of a cookie.
    const header = /^PVEAuthCookie[= ]\s*(.+)$/.exec(headers.authorization ?? "")?.[1];
    const ticket = cookie(headers.cookie ?? (header && `PVEAuthCookie=${header}`), "PVEAuthCookie");
    if (ticket === undefined) throw new PveError(401, "No ticket");
    const user = await this.tickets.verify(ticket);
    if (user === undefined || !this.usable(await this.read(), user)) {
      throw new PveError(401, "Authentication failed!");
    }
    if (method !== "GET") {
      const csrf = headers.csrfpreventiontoken;
      if (typeof csrf !== "string" || !(await this.tickets.verifyCsrf(csrf, user))) {
        throw new PveError(401, "Permission denied - invalid csrf token");
      }
    }
    return { authId: user, user };
  }

  private async authenticateToken(text: string): Promise<Identity> {
    const match = /^(([^\s!=]+@[^\s!=]+)!([^\s!=]+))=([A-Za-z0-9-]+)$/.exec(text.trim());
    const [, authId = "", user = "", tokenId = "", secret = ""] = match ?? [];
    const config = await this.read();
    const token = config.users.get(user)?.tokens.get(tokenId);
    const wanted = (await this.tokenSecrets()).get(authId);
    const valid =
      token !== undefined &&
      wanted !== undefined &&
      this.usable(config, user) &&
      (token.expire === 0 || token.expire > this.now()) &&
      equal(secret, wanted);
    if (!valid) throw new PveError(401, "Authentication failed!");
    return { authId, user, tokenId };
  }

  /**
   * The user that a password or a still valid ticket belongs to.
   * @throws PveError 401 after a delay, with the same words whatever the cause
   */
  async login(user: string, password: string): Promise<void> {
    if (this.usable(await this.read(), user) && (await this.tickets.verify(password)) === user) {
      return;
    }
    await this.confirm(user, password);
  }

  /** Notes that somebody logged in. */
  record(user: string): void {
    const uid = (this.log.at(-1)?.uid ?? 0) + 1;
    const msg = `successful auth for user '${user}'`;
    this.log.push({ uid, time: this.now(), pid: process.pid, user: "root@pam", pri: 6, msg });
    if (this.log.length > LOG_ENTRIES) this.log.shift();
  }

  /** The file with the hash of a user's password, and the name that it has there. */
  passwordOf(user: string): { file: string; name: string } {
    const [name, realm] = splitRealm(user);
    return { file: realm === "pam" ? this.paths.pamShadow : this.paths.shadowCfg, name };
  }

  /**
   * As `login`, but a ticket does not count: whoever has stolen one cannot change the password.
   * @throws PveError 401 after a delay
   */
  async confirm(user: string, password: string): Promise<void> {
    const { file, name } = this.passwordOf(user);
    const known = this.usable(await this.read(), user);
    if ((await verifyPassword(file, name, password)) && known) return;
    await this.refuse();
  }

  /** @throws PveError 401 after a delay, which makes guessing slow */
  async refuse(): Promise<never> {
    await new Promise((resolve) => setTimeout(resolve, this.failureDelayMs));
    throw new PveError(401, "authentication failure");
  }

  async session(who: Identity): Promise<Session> {
    const config = await this.read();
    const of = (path: string) => privileges(config, who, path);
    return {
      privileges: of,
      allowed: (path, name) => of(path).has(name),
      require(path, ...names) {
        const held = of(path);
        for (const name of names) if (!held.has(name)) throw permissionError(`${path}, ${name}`);
      },
    };
  }

  async read(): Promise<UserConfig> {
    return parseUserConfig((await readText(this.paths.userCfg)) ?? "", this.release);
  }

  /** Changes user.cfg; nothing is written when `change` throws. */
  async change<T>(change: (config: UserConfig) => T | Promise<T>): Promise<T> {
    // `pct` changes the file too, from processes of its own.
    const lock = join(this.paths.lockDir, "user-cfg.lock");
    return exclusive(this.paths.userCfg, () =>
      withFileLock(lock, 10, async () => {
        const config = await this.read();
        const result = await change(config);
        await writeAtomic(this.paths.userCfg, formatUserConfig(config));
        return result;
      }),
    );
  }

  /** Token secrets by full token id. */
  async tokenSecrets(): Promise<Map<string, string>> {
    const lines = ((await readText(this.paths.tokenCfg)) ?? "").split("\n");
    return new Map(lines.map((line) => line.split(/\s+/, 2) as [string, string]));
  }

  /** Sets or, without a value, removes a token's secret. */
  async setTokenSecret(id: string, secret?: string): Promise<void> {
    await exclusive(this.paths.tokenCfg, async () => {
      const secrets = await this.tokenSecrets();
      if (secret === undefined) secrets.delete(id);
      else secrets.set(id, secret);
      const lines = [...secrets].filter(([name]) => name !== "").map(([k, v]) => `${k} ${v}\n`);
      await writeAtomic(this.paths.tokenCfg, lines.join(""), 0o600);
    });
  }

  private usable(config: UserConfig, id: string): boolean {
    const user = config.users.get(id);
    return user !== undefined && user.enable && (user.expire === 0 || user.expire > this.now());
  }
}

/** `["root", "pam"]` of `root@pam`; names may hold an @ themselves. */
export function splitRealm(user: string): [string, string] {
  const at = user.lastIndexOf("@");
  return at < 0 ? [user, ""] : [user.slice(0, at), user.slice(at + 1)];
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key !== name) continue;
    try {
      return decodeURIComponent(value.join("="));
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
