import type { StatRow } from "./targetHealth";

/** Failures that retries hid from clients, or that only the load balancer's own counters tell of. */
export interface MaskedFailures {
  /** Attempts that were made again (`wretr`). */
  retried: number;
  /** Requests that were given to another target (`wredis`). */
  redispatched: number;
  /** Connections to a target that failed (`econ`). */
  connectionErrors: number;
  /** Answers of a target that failed (`eresp`). */
  responseErrors: number;
}

/** Masked failures of each target, and of all of them together. */
export interface MaskedReport extends MaskedFailures {
  byTarget: Record<string, MaskedFailures>;
}

const COLUMNS: Record<keyof MaskedFailures, string> = {
  retried: "wretr",
  redispatched: "wredis",
  connectionErrors: "econ",
  responseErrors: "eresp",
};
const KEYS = Object.keys(COLUMNS) as (keyof MaskedFailures)[];

/**
 * Counters since the load balancer's process started (a reload starts another one), from `show stat`.
 * A target is one line in each backend that may use it; they are added up.
 */
export function maskedFailures(rows: readonly StatRow[], targets: readonly string[]): MaskedReport {
  const byTarget = Object.fromEntries(
    targets.map((name) => [name, added(rows.filter(({ svname }) => svname === name))]),
  );
  // The backends' own lines: they also count what was tried when no target was left.
  return { ...added(rows.filter(({ svname }) => svname === "BACKEND")), byTarget };
}

/** What was added between two readings; after a reload in between, what the new process counted. */
export function maskedSince(before: MaskedReport, after: MaskedReport): MaskedReport {
  const restarted = KEYS.some((key) => after[key] < before[key]);
  const names = Object.keys(after.byTarget);
  return {
    ...less(after, restarted ? undefined : before),
    byTarget: Object.fromEntries(
      names.map((name) => [
        name,
        less(after.byTarget[name]!, restarted ? undefined : before.byTarget[name]),
      ]),
    ),
  };
}

/** The figures of all targets together, without those of each. */
export const totals = (report: MaskedReport): MaskedFailures => mapped((key) => report[key]);

/** In words: `0 retried, 0 redispatched`; errors are named when there are any. */
export function maskedText(masked: MaskedFailures): string {
  const { retried, redispatched, connectionErrors, responseErrors } = masked;
  return [
    `${retried} retried`,
    `${redispatched} redispatched`,
    ...(connectionErrors > 0 ? [`${connectionErrors} connection errors`] : []),
    ...(responseErrors > 0 ? [`${responseErrors} response errors`] : []),
  ].join(", ");
}

function added(rows: readonly StatRow[]): MaskedFailures {
  const sum = (column: string) =>
    rows.reduce((total, row) => total + (Number(row[column]) || 0), 0);
  return mapped((key) => sum(COLUMNS[key]));
}

const less = (one: MaskedFailures, other?: MaskedFailures): MaskedFailures =>
  mapped((key) => one[key] - (other?.[key] ?? 0));

const mapped = (value: (key: keyof MaskedFailures) => number): MaskedFailures => ({
  retried: value("retried"),
  redispatched: value("redispatched"),
  connectionErrors: value("connectionErrors"),
  responseErrors: value("responseErrors"),
});
