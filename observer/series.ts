import { percentile, tenths } from "./account";
import type { ProbeRecord } from "./prober";

/**
 * Requests over time, in buckets of equal width by when they were due. Column by column: one number
 * a bucket.
 */
export interface Series {
  /** Width of a bucket in milliseconds. */
  stepMs: number;
  /** Where the first bucket begins, in milliseconds after the fault; negative: before it. */
  fromMs: number;
  /** Answered requests by target. */
  ok: Record<string, number[]>;
  failed: number[];
  /** Latency of answered requests from when they were due; null: none was answered. */
  p50Ms: (number | null)[];
  p99Ms: (number | null)[];
  maxMs: (number | null)[];
}

const stepMs = 100;

/** The series of an experiment whose fault began at `faultAt`, which begins a bucket. */
export function series(
  records: readonly ProbeRecord[],
  targets: string[],
  faultAt: number,
): Series {
  const bucketOf = ({ dueAt }: ProbeRecord) => Math.floor((dueAt - faultAt) / stepMs);
  const buckets = records.map(bucketOf);
  const first = buckets.length === 0 ? 0 : buckets.reduce((a, b) => Math.min(a, b));
  const last = buckets.length === 0 ? -1 : buckets.reduce((a, b) => Math.max(a, b));
  const size = last - first + 1;
  const zeros = () => new Array<number>(size).fill(0);
  const ok = Object.fromEntries(targets.map((name) => [name, zeros()]));
  const failed = zeros();
  const latencies: number[][] = Array.from({ length: size }, () => []);
  for (const record of records) {
    const at = bucketOf(record) - first;
    if (record.outcome === "failed") failed[at]!++;
    if (record.outcome !== "ok") continue;
    const counts = record.target === undefined ? undefined : ok[record.target];
    if (counts) counts[at]!++;
    latencies[at]!.push(record.doneAt! - record.dueAt);
  }
  const column = (share: number) =>
    latencies.map((values) => {
      const found = percentile(
        values.sort((a, b) => a - b),
        share,
      );
      return found === undefined ? null : tenths(found);
    });
  return {
    stepMs,
    fromMs: first * stepMs,
    ok,
    failed,
    p50Ms: column(0.5),
    p99Ms: column(0.99),
    maxMs: column(1),
  };
}
