import type { ExperimentResult } from "../../observer/experiment";
import type { Gap } from "../../observer/gaps";
import { table } from "../core/table";

const shownLosses = 10;

/** The result for people. */
export function describeResult(result: ExperimentResult): string {
  const lines = [`experiment ${result.experiment}, profile ${result.profile}, ${result.url}`];
  if (result.timeline && result.timeline.length > 0) {
    lines.push("", `${result.target ?? "all targets"}, milliseconds after the fault`);
    for (const { atMs, what } of result.timeline) {
      lines.push(`${atMs.toFixed(0).padStart(8)}  ${what}`);
    }
  }
  const { gaps = [], latencyMs, masked } = result;
  if (gaps.length > 0) lines.push("", gapTable(gaps));
  if (latencyMs) {
    const { before, whole, prober } = latencyMs;
    lines.push(
      "",
      `${result.rate} requests/s; latency of the answered p50/p99/max ${before.p50}/${before.p99}/${before.max} ms before, ` +
        `${whole.p50}/${whole.p99}/${whole.max} ms in all; ${whole.slow} over 250 ms`,
      `of that the prober's own: p99/max ${prober.p99}/${prober.max} ms`,
    );
  }
  if (result.busy) lines.push(result.busy);
  if (masked) {
    lines.push(
      `failures that clients did not see: ${masked.retried} requests were retried, ` +
        `${masked.redispatched} of them on another target; ${masked.queued} waited in a queue`,
    );
  }
  const lost = result.losses ?? [];
  for (const { atMs, method, reason, target, reused } of lost.slice(0, shownLosses)) {
    const kept = reused ? ", on a connection that had answered before" : "";
    lines.push(`lost: ${method} at ${atMs} ms${target ? ` (${target})` : ""}: ${reason}${kept}`);
  }
  if (lost.length > shownLosses) lines.push(`… and ${lost.length - shownLosses} more`);
  const rows = result.expectations.map((one) => [
    one.pass ? "pass" : "FAIL",
    one.expectation,
    one.measured,
  ]);
  return [...lines, "", table(["", "expectation", "measured"], rows)].join("\n");
}

function gapTable(gaps: Gap[]): string {
  return table(
    ["gap", "ms", "ALB's fastest", "ALB's default"],
    gaps.map(({ what, ms, albFastestMs, albDefaultMs }) => [
      what,
      ms.toFixed(0),
      range(albFastestMs),
      range(albDefaultMs),
    ]),
  );
}

/** `5-12 s`; an ALB does not try a second target, and has no figure for what follows from it. */
function range(ms: [number, number] | null): string {
  if (!ms) return "-";
  const [low, high] = ms.map((value) => value / 1000);
  if (low === 0) return `up to ${high} s`;
  return low === high ? `${low} s` : `${low}-${high} s`;
}
