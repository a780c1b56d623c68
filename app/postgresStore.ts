import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { Pool, type PoolConfig } from "pg";
import type { DatabaseConfig } from "./config";
import { failureReason } from "./storeFailure";
import { StoreDown, type NodeVisits, type VisitCount, type VisitStore } from "./visitStore";

/** Small, for all app nodes share one server: lib/postgres/postgresConfig.ts reckons with this number. */
const MAX_CONNECTIONS = 4;
/** Together below the load balancer's 2 s server timeout: a page without database still gets out. */
const CONNECT_TIMEOUT_MS = 1_000;
const QUERY_TIMEOUT_MS = 1_000;
const DEADLINE_MS = 1_500;
/** After a failure, visits are told the same at once for this long instead of queueing up. */
const FAIL_FAST_MS = 1_000;

const UNDEFINED_TABLE = "42P01";
/** Several nodes create the table at the same time: one of these codes means another was first. */
const ALREADY_THERE = new Set(["42P07", "23505"]);

const CREATE = `CREATE TABLE IF NOT EXISTS visits (
  node text PRIMARY KEY,
  visits bigint NOT NULL DEFAULT 0,
  last_visit_at timestamptz NOT NULL DEFAULT now()
)`;
/** The outer query sees the table as it was before the update, hence the exclusion of `$1`. */
const COUNT = `WITH mine AS (
  INSERT INTO visits AS v (node, visits) VALUES ($1, 1)
  ON CONFLICT (node) DO UPDATE SET visits = v.visits + 1, last_visit_at = now()
  RETURNING node, visits, last_visit_at
)
SELECT node, visits::float8 AS visits, last_visit_at FROM mine
UNION ALL
SELECT node, visits::float8, last_visit_at FROM visits WHERE node <> $1
ORDER BY node`;

interface VisitRow {
  node: string;
  visits: number;
  last_visit_at: Date;
}

/** The counter in PostgreSQL, over TLS to the one server that the pinned certificate proves. */
export class PostgresStore implements VisitStore {
  private pool?: Pool;
  private failure?: { until: number; error: StoreDown };

  constructor(
    private readonly config: DatabaseConfig,
    private readonly now: () => number = Date.now,
  ) {}

  async count(node: string): Promise<VisitCount> {
    if (this.failure && this.now() < this.failure.until) throw this.failure.error;
    const rows = await this.guarded(async (pool) => {
      try {
        return (await pool.query<VisitRow>(COUNT, [node])).rows;
      } catch (error) {
        if (codeOf(error) !== UNDEFINED_TABLE) throw error;
        await createTable(pool);
        return (await pool.query<VisitRow>(COUNT, [node])).rows;
      }
    });
    return summed(node, rows);
  }

  async ping(): Promise<void> {
    await this.guarded((pool) => pool.query("SELECT 1"));
  }

  async close(): Promise<void> {
    await this.pool?.end();
  }

  private async guarded<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
    try {
      const result = await withDeadline(DEADLINE_MS, async () => {
        this.pool ??= openPool(this.config);
        return work(this.pool);
      });
      this.failure = undefined;
      return result;
    } catch (cause) {
      const error = new StoreDown(failureReason(cause), { cause });
      this.failure = { until: this.now() + FAIL_FAST_MS, error };
      throw error;
    }
  }
}

/** Options of the pool; exported for the test of its TLS settings. */
export function poolOptions(config: DatabaseConfig): PoolConfig {
  const ca = readFileSync(config.rootCertFile, "utf8");
  const pinned = new X509Certificate(ca).fingerprint256;
  return {
    host: config.host,
    port: config.port,
    database: config.name,
    user: config.user,
    password: async () => (await readFile(config.passwordFile, "utf8")).trim(),
    application_name: "homelab-app",
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    statement_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    ssl: {
      ca,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      // A server certificate that signs nothing is still an anchor when it is the pinned one.
      allowPartialTrustChain: true,
      // The very certificate that was pinned proves the server; one signed by a pinned CA must also
      // name it. pg gives no server name for IP addresses, so the configured host is compared.
      checkServerIdentity: (_host: string, cert: PeerCertificate) =>
        cert.fingerprint256 === pinned ? undefined : checkServerIdentity(config.host, cert),
    },
  };
}

function openPool(config: DatabaseConfig): Pool {
  const pool = new Pool(poolOptions(config));
  // An idle connection that breaks is replaced at the next visit, which also reports the cause.
  pool.on("error", () => undefined);
  return pool;
}

async function createTable(pool: Pool): Promise<void> {
  try {
    await pool.query(CREATE);
  } catch (error) {
    if (!ALREADY_THERE.has(codeOf(error) ?? "")) throw error;
  }
}

function summed(node: string, rows: VisitRow[]): VisitCount {
  const nodes: NodeVisits[] = rows.map((row) => ({
    node: row.node,
    visits: row.visits,
    lastVisitAt: row.last_visit_at.toISOString(),
  }));
  return {
    node: nodes.find((n) => n.node === node)?.visits ?? 0,
    total: nodes.reduce((sum, n) => sum + n.visits, 0),
    nodes,
  };
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

async function withDeadline<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`timeout after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
