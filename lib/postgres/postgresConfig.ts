import { MAX_APP_NODES } from "../stack/settings";

/** Who may connect to which database. */
export interface DatabaseAccess {
  database: string;
  role: string;
  /** IPv4 addresses of the clients in CIDR form. */
  clients: string[];
}

/** pg_hba.conf: the superuser on the CT itself, the clients with TLS and a password, nobody else. */
export function renderHba({ database, role, clients }: DatabaseAccess): string {
  return [
    "# Rendered by the Pulumi program. TYPE DATABASE USER ADDRESS METHOD",
    "local all postgres peer",
    ...clients.map((client) => `hostssl ${database} ${role} ${client} scram-sha-256`),
    "",
  ].join("\n");
}

/**
 * Names that PostgreSQL takes without quotes.
 *
 * @returns problems as sentences
 */
export function identifierProblems(names: Record<string, string>): string[] {
  return Object.entries(names)
    .filter(([, name]) => !/^[a-z_][a-z0-9_]{0,62}$/.test(name))
    .map(
      ([key, name]) =>
        `${key} is ${JSON.stringify(name)}; use small letters, digits and underscore, ` +
        "63 at most, and begin with a letter",
    );
}

export interface ServerSettings {
  listenAddress: string;
  port: number;
  /** The CT's memory cap; sizes follow it. */
  memoryMiB: number;
  certificateFile: string;
  keyFile: string;
}

/** Connections that one app node's pool opens at the most; app/postgresStore.ts has the same number. */
const POOL_CONNECTIONS = 4;
/** For superusers, backups and whoever looks into the database. */
const RESERVED_CONNECTIONS = 10;

/**
 * Enough for as many app nodes as a stack may have, so that adding one takes no restart. A connection that
 * nobody opens takes a few hundred bytes of shared memory.
 */
const MAX_CONNECTIONS = MAX_APP_NODES * POOL_CONNECTIONS + RESERVED_CONNECTIONS;

/** A file for conf.d: small memory, TLS only, dead clients noticed in about 25 seconds. */
export function renderSettings(settings: ServerSettings): string {
  const shared = Math.max(32, Math.floor(settings.memoryMiB / 5));
  const values: [string, string][] = [
    ["listen_addresses", `'${settings.listenAddress}'`],
    ["port", String(settings.port)],
    ["max_connections", String(MAX_CONNECTIONS)],
    ["shared_buffers", `${shared}MB`],
    ["effective_cache_size", `${Math.floor(settings.memoryMiB / 2)}MB`],
    ["work_mem", "4MB"],
    ["maintenance_work_mem", "32MB"],
    ["autovacuum_max_workers", "2"],
    ["max_worker_processes", "2"],
    ["max_parallel_workers_per_gather", "0"],
    ["min_wal_size", "64MB"],
    ["max_wal_size", "256MB"],
    ["jit", "off"],
    ["huge_pages", "off"],
    ["ssl", "on"],
    ["ssl_min_protocol_version", "'TLSv1.2'"],
    ["ssl_cert_file", `'${settings.certificateFile}'`],
    ["ssl_key_file", `'${settings.keyFile}'`],
    ["password_encryption", "'scram-sha-256'"],
    ["log_lock_waits", "on"],
    ["tcp_keepalives_idle", "10"],
    ["tcp_keepalives_interval", "5"],
    ["tcp_keepalives_count", "3"],
  ];
  return [...values.map(([key, value]) => `${key} = ${value}`), ""].join("\n");
}
