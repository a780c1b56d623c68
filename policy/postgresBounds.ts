import type { Container } from "./cts";

const UNITS: Readonly<Record<string, number>> = {
  ...{ B: 2 ** -20, kB: 2 ** -10, MB: 1, GB: 2 ** 10, TB: 2 ** 20 },
  ...{ us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3.6e6, d: 8.64e7 },
};

/** A number with a unit of PostgreSQL's; undefined where it is none. Without one it is in `base`. */
function amount(value: string, base: string): number | undefined {
  const [, number, unit = base] = /^(-?\d+(?:\.\d+)?)\s*([a-zA-Z]+)?$/.exec(value) ?? [];
  const factor = unit === "" ? 1 : UNITS[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

type Bound = readonly [base: string, least: number, most: number | "memory" | "share"];
/** Least and most of what a setting may be; memory is the CT's, a share the quarter of it. Sizes are in MiB. */
const BOUNDS: Readonly<Record<string, Bound>> = {
  max_connections: ["", 10, 2000],
  superuser_reserved_connections: ["", 1, 100],
  authentication_timeout: ["s", 5000, 600_000],
  statement_timeout: ["ms", 100, Infinity],
  lock_timeout: ["ms", 100, Infinity],
  idle_in_transaction_session_timeout: ["ms", 1000, Infinity],
  idle_session_timeout: ["ms", 1000, Infinity],
  deadlock_timeout: ["ms", 10, 600_000],
  shared_buffers: ["MB", 1, "memory"],
  work_mem: ["MB", 0.0625, "share"],
  maintenance_work_mem: ["MB", 1, "memory"],
  temp_buffers: ["MB", 0.5, "share"],
};
/** Times and sizes for which a nought, or less, means that there is no limit. */
const ENDLESS = /timeout$/;
const CHOICES: Readonly<Record<string, RegExp>> = {
  autovacuum: /^(on|true|yes|1)$/,
  synchronous_commit: /^(on|local|remote_write|remote_apply)$/,
  wal_level: /^(replica|logical)$/,
  client_min_messages: /^(log|notice|warning|error)$/,
  log_min_messages: /^(info|notice|warning|error|log|fatal|panic)$/,
  log_min_error_statement: /^(error|log|fatal|panic)$/,
  log_file_mode: /^0?6[04]0$/,
  track_counts: /^(on|true|yes|1)$/,
};

/** What a setting does to the service beyond what it opens; undefined where it is as it should be. */
export function boundFault(
  key: string,
  value: string,
  { memoryMiB }: Container,
): string | undefined {
  const choice = CHOICES[key];
  if (choice && !choice.test(value))
    return "a setting of PostgreSQL loses or shows what it should keep";
  // Every statement, with what is in it.
  if (/^log_min_duration_(statement|sample)$/.test(key)) {
    const least = amount(value, "ms");
    const isRare = least !== undefined && (least < 0 || least >= 10);
    return isRare ? undefined : "PostgreSQL writes every statement to its log";
  }
  if (/^recovery_/.test(key) && key !== "recovery_target_timeline")
    return "PostgreSQL goes back in time";
  const bound = BOUNDS[key];
  if (!bound) return undefined;
  const [base, least, most] = bound;
  const given = amount(value, base);
  if (given === undefined) return "a setting of PostgreSQL cannot be judged";
  if (given <= 0 && ENDLESS.test(key) && key !== "authentication_timeout") return undefined;
  // Less than that is refused by the policy on caps.
  const own = Math.max(memoryMiB ?? Infinity, 256);
  const limit = most === "memory" ? own / 2 : most === "share" ? own / 4 : most;
  return given >= least && given <= limit ? undefined : "PostgreSQL does not serve with a setting";
}
