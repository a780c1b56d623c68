import type { Judged } from "../../observer/expectations";
import { table } from "../core/table";
import type { LoadedResult } from "./faultExperiment";

/** What `./lab experiment --json` prints. */
export interface ExperimentResult extends Partial<LoadedResult> {
  experiment: string;
  profile: string;
  /** Requests per second. */
  rate: number;
  url: string;
  pass: boolean;
  expectations: Judged[];
}

/** From AWS's documentation, in seconds: fastest settings, and defaults. */
const alb = {
  removed: "ALB: 5 to 12 s at its fastest, 30 to 65 s by default",
  back: "ALB: 10 s at its fastest, 150 s by default",
};

const shownLosses = 10;

/** The result for people. */
export function describeResult(result: ExperimentResult): string {
  const lines = [`experiment ${result.experiment}, profile ${result.profile}, ${result.url}`];
  if (result.timeline && result.timeline.length > 0) {
    lines.push("", `${result.target}, milliseconds after the fault`);
    for (const { atMs, what } of result.timeline) {
      lines.push(`${atMs.toFixed(0).padStart(8)}  ${what}`);
    }
  }
  const { gapsMs, latencyMs, retriedRequests } = result;
  if (gapsMs?.removed !== undefined)
    lines.push("", `removed in ${gapsMs.removed} ms (${alb.removed})`);
  if (gapsMs?.back !== undefined) lines.push(`back in ${gapsMs.back} ms (${alb.back})`);
  if (latencyMs) {
    const { before, whole } = latencyMs;
    lines.push(
      "",
      `${result.rate} requests/s; latency p50/p99/max ${before.p50}/${before.p99}/${before.max} ms before, ` +
        `${whole.p50}/${whole.p99}/${whole.max} ms in all; ${whole.slow} over 250 ms`,
      `failures that clients did not see: ${retriedRequests} requests were retried`,
    );
  }
  const lost = result.losses ?? [];
  for (const { atMs, method, reason, target } of lost.slice(0, shownLosses)) {
    lines.push(`lost: ${method} at ${atMs} ms${target ? ` (${target})` : ""}: ${reason}`);
  }
  if (lost.length > shownLosses) lines.push(`… and ${lost.length - shownLosses} more`);
  const rows = result.expectations.map((one) => [
    one.pass ? "pass" : "FAIL",
    one.expectation,
    one.measured,
  ]);
  return [...lines, "", table(["", "expectation", "measured"], rows)].join("\n");
}
