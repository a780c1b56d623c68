import type { Method, ProbeRecord } from "./prober";

/** What became of the requests of one method. */
export interface Account {
  sent: number;
  ok: number;
  failed: number;
  pending: number;
}

/** A failed request, as reports list it. */
export interface Loss {
  /** When it was due, in milliseconds after the fault. */
  atMs: number;
  method: Method;
  reason: string;
  target?: string;
  /**
   * The connection had answered before: the client may have met its closing, which is not the
   * balancer's fault.
   */
  reused?: true;
}

/** In milliseconds, of the requests that were answered: those that were lost have none. */
export interface Latency {
  p50: number;
  p99: number;
  max: number;
  /** Answers that took longer than 250 ms. */
  slow: number;
}

/** Every request, counted by its method. */
export function accounts(records: readonly ProbeRecord[]): Record<Method, Account> {
  const result = { GET: emptyAccount(), HEAD: emptyAccount(), POST: emptyAccount() };
  for (const { method, outcome } of records) {
    result[method].sent++;
    result[method][outcome]++;
  }
  return result;
}

const emptyAccount = (): Account => ({ sent: 0, ok: 0, failed: 0, pending: 0 });

/** The failed ones, with their time after `from`. */
export function losses(records: readonly ProbeRecord[], from: number): Loss[] {
  return records
    .filter(({ outcome }) => outcome === "failed")
    .map(({ dueAt, method, error, target, reused }) => ({
      atMs: tenths(dueAt - from),
      method,
      reason: error ?? "unknown",
      ...(target && { target }),
      ...(reused && { reused }),
    }));
}

/** Latency in milliseconds from when a request was due; of those that were answered. */
export function latency(records: readonly ProbeRecord[]): Latency {
  const sorted = records
    .filter(({ outcome }) => outcome === "ok")
    .map(({ dueAt, doneAt }) => doneAt! - dueAt)
    .sort((a, b) => a - b);
  const at = (share: number) => tenths(percentile(sorted, share) ?? 0);
  return {
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    slow: sorted.filter((value) => value > 250).length,
  };
}

/**
 * 99th percentile in milliseconds of all requests, the lost ones included: they wait without end, so it is
 * infinite when more than one in a hundred was lost. Bars are judged by this one, which no loss can better.
 */
export function p99OfAll(records: readonly ProbeRecord[]): number {
  const sorted = records
    .map(({ outcome, dueAt, doneAt }) => (outcome === "ok" ? doneAt! - dueAt : Infinity))
    .sort((a, b) => a - b);
  return tenths(percentile(sorted, 0.99) ?? 0);
}

/** How late requests were sent, in milliseconds: what the prober itself adds to latencies. */
export function lateness(records: readonly ProbeRecord[]): { p99: number; max: number } {
  const sorted = records.map(({ dueAt, sentAt }) => sentAt - dueAt).sort((a, b) => a - b);
  const at = (share: number) => tenths(percentile(sorted, share) ?? 0);
  return { p99: at(0.99), max: at(1) };
}

/** The value that this share of sorted values does not exceed; undefined: there are none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.min(sorted.length, Math.ceil(share * sorted.length)) - 1)];
}

/** Answers by target. */
export function shares(records: readonly ProbeRecord[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { target, outcome } of records) {
    if (outcome === "ok" && target) result[target] = (result[target] ?? 0) + 1;
  }
  return result;
}

export const tenths = (value: number): number => Math.round(value * 10) / 10;
