import { BACKEND } from "../lib/haproxy/backends";

/** Target states and reason codes as AWS's DescribeTargetHealth names them. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unavailable";

export interface TargetHealth {
  state: TargetState;
  /** AWS's reason code; null for a healthy target. */
  reason: string | null;
  /** What the load balancer saw, in its own words. */
  detail: string;
}

/** One line of HAProxy's `show stat`, by column name. */
export type StatRow = Record<string, string>;

/** Reads HAProxy's `show stat` (CSV, quoted where a field holds a comma). */
export function parseStats(text: string): StatRow[] {
  const [header, ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (!header?.startsWith("# ")) {
    throw new Error(
      `load balancer: statistics start with "# pxname", got ${JSON.stringify(header ?? "")}`,
    );
  }
  const names = header.slice(2).split(",");
  return lines.map((line) => {
    const fields = csvFields(line);
    return Object.fromEntries(names.map((name, at) => [name, fields[at] ?? ""]));
  });
}

function csvFields(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field]) =>
    field!.startsWith('"') ? field!.slice(1, -1).replaceAll('""', '"') : field!,
  );
}

/** Why a health check failed, by HAProxy's `check_status`. */
const failureReasons: Record<string, string> = {
  L4TOUT: "Target.Timeout",
  L6TOUT: "Target.Timeout",
  L7TOUT: "Target.Timeout",
  L7STS: "Target.ResponseCodeMismatch",
  L7RSP: "Target.ResponseCodeMismatch",
};

/** The state of one target from the line HAProxy has on it; undefined: it has none. */
export function targetHealth(row: StatRow | undefined): TargetHealth {
  if (!row) {
    return {
      state: "unavailable",
      reason: "Target.NotRegistered",
      detail: "not in the target group",
    };
  }
  const status = row.status ?? "";
  // A leading "* " says that a check is under way right now.
  const check = (row.check_status ?? "").replace(/^\* /, "");
  const detail = [status, check, row.check_code, row.last_chk].filter(Boolean).join(" ");
  if (status === "no check") {
    return { state: "unavailable", reason: "Target.HealthCheckDisabled", detail };
  }
  if (status.startsWith("MAINT")) {
    return { state: "unavailable", reason: "Target.NotRegistered", detail };
  }
  if (status.startsWith("DRAIN") || status.startsWith("NOLB")) {
    return { state: "draining", reason: "Target.DeregistrationInProgress", detail };
  }
  if (status.startsWith("UP")) {
    // HAProxy counts a server as up before its first check.
    return check === "INI" || check === ""
      ? { state: "initial", reason: "Elb.InitialHealthChecking", detail }
      : { state: "healthy", reason: null, detail };
  }
  return {
    state: "unhealthy",
    reason: failureReasons[check] ?? "Target.FailedHealthChecks",
    detail,
  };
}

/** The targets' lines in a target group, by name. */
export function targetRows(
  rows: readonly StatRow[],
  names: readonly string[],
  group = BACKEND,
): Map<string, StatRow> {
  const wanted = new Set(names);
  return new Map(
    rows
      .filter(({ pxname, svname }) => pxname === group && wanted.has(svname ?? ""))
      .map((row) => [row.svname!, row]),
  );
}

/** Requests each target got since the load balancer started, checked or not. */
export function requestTotals(rows: StatRow[], names: string[]): Record<string, number> {
  const total = (name: string) =>
    rows.reduce((sum, { svname, stot }) => (svname === name ? sum + Number(stot ?? 0) : sum), 0);
  return Object.fromEntries(names.map((name) => [name, total(name)]));
}

/** True while no target may have a request: then they go to all of them, or are answered with 503. */
export function noTargetUsable(rows: StatRow[]): boolean {
  return rows.some(
    ({ pxname, svname, status }) =>
      pxname === BACKEND && svname === "BACKEND" && status !== undefined && status !== "UP",
  );
}
