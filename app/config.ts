import { hostname } from "node:os";

/** Where the visit counter lives and how its server is proven to be the right one. */
export interface DatabaseConfig {
  host: string;
  port: number;
  name: string;
  user: string;
  /** File that holds the password; read again for each new connection, so that it can be rotated. */
  passwordFile: string;
  /** PEM of the server's own certificate or of the CA that signed it. */
  rootCertFile: string;
}

export interface ServiceConfig {
  /** TCP port to listen on, on every address of the container. Range 0-65535; 0 is any free one. */
  port: number;
  /** Name of the app node that answers, e.g. `app1`. */
  node: string;
  /** Storage driver of the node's Docker, e.g. `overlay2`; told by the program, only shown here. */
  storageDriver: string;
  /** Folder of the files that tell which faults to play; see `FaultFiles`. */
  faultFolder: string;
  /** Undefined when `PGHOST` is not set: the service then runs without its counter and says so. */
  database?: DatabaseConfig;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the service's configuration from environment variables.
 *
 * @throws when a value is out of range, or when a database is named without the means to reach it safely
 */
export function readConfig(env: Env): ServiceConfig {
  return {
    port: portOf(env, "PORT", 3000, 0),
    node: env.NODE_NAME || hostname(),
    storageDriver: env.STORAGE_DRIVER || "unknown",
    faultFolder: env.FAULT_FOLDER || "/run/secrets",
    database: env.PGHOST ? databaseOf(env, env.PGHOST) : undefined,
  };
}

function databaseOf(env: Env, host: string): DatabaseConfig {
  return {
    host,
    port: portOf(env, "PGPORT", 5432, 1),
    name: env.PGDATABASE || "app",
    user: env.PGUSER || "app",
    passwordFile: required(env, "PGPASSWORD_FILE", "the path of the file with the password"),
    rootCertFile: required(env, "PGSSLROOTCERT", "the path of the server's certificate or its CA"),
  };
}

function required(env: Env, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name}: must be set when PGHOST is, got nothing; give ${what}`);
  return value;
}

function portOf(env: Env, name: string, fallback: number, lowest: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= lowest && port <= 65535) return port;
  throw new Error(
    `${name}: not a port number, got ${JSON.stringify(text)}; allowed are ${lowest} to 65535`,
  );
}
