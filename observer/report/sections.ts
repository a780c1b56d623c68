import type { Account, Loss } from "../account";
import type { ExperimentResult } from "../experiment";
import { spelt } from "./gapsChart";
import { type Markup, markup } from "./html";

/** A range that AWS documents, in seconds; a dash where an ALB does no such thing. */
function albRange(ms: [number, number] | null): string {
  if (!ms) return "–";
  const [low, high] = ms;
  if (low === high) return spelt(low);
  return low === 0 ? `up to ${spelt(high)}` : `${low / 1000} to ${high / 1000} s`;
}

export const verdict = (pass: boolean): Markup =>
  pass
    ? markup`<span class="pass">✓ as expected</span>`
    : markup`<span class="fail">✗ not as expected</span>`;

/** A table of text; columns named in `figures` are numbers. */
export function tableOf(
  head: string[],
  rows: (Markup | string)[][],
  figures: number[] = [],
): Markup {
  const kind = (at: number) => figures.includes(at) && markup` class="num"`;
  return markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head.map((cell, at) => (cell === "" ? markup`<td></td>` : markup`<th${kind(at)}>${cell}</th>`))}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            markup`<tr>
              ${row.map((cell, at) => markup`<td${kind(at)}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The story of a fault: every step with its number, its time and the time since the step before. */
export function timelineTable({ timeline = [] }: ExperimentResult): Markup | undefined {
  if (timeline.length === 0) return undefined;
  const rows = timeline.map(({ atMs, what }, at) => [
    markup`<span class="flag-no">${at + 1}</span>`,
    atMs.toFixed(0),
    at === 0 ? "" : `+${(atMs - timeline[at - 1]!.atMs).toFixed(0)}`,
    what,
  ]);
  return markup`<h3>Timeline</h3>
    ${tableOf(["", "ms after the fault", "ms after the step before", "what happened"], rows, [1, 2])}`;
}

/** The gaps between its steps, beside an ALB's. */
export function gapTable({ gaps = [] }: ExperimentResult): Markup | undefined {
  if (gaps.length === 0) return undefined;
  const rows = gaps.map(({ what, ms, albFastestMs, albDefaultMs }) => [
    what,
    ms.toFixed(0),
    albRange(albFastestMs),
    albRange(albDefaultMs),
  ]);
  return markup`<h3>Gaps</h3>
    ${tableOf(["gap", "ms", "ALB's fastest", "ALB's default"], rows, [1, 2, 3])}`;
}

export function expectationTable({ expectations }: ExperimentResult): Markup {
  const rows = expectations.map(({ pass, expectation, measured }) => [
    pass ? markup`<span class="pass">✓ met</span>` : markup`<span class="fail">✗ missed</span>`,
    expectation,
    measured,
  ]);
  return markup`<h3>Expectations</h3>
    ${tableOf(["", "expected", "measured"], rows)}`;
}

/** What became of every request: sent = ok + failed + pending. */
export function accountTable({
  accounts,
  shares = {},
  targets,
}: ExperimentResult): Markup | undefined {
  if (!accounts) return undefined;
  const figures = ({ sent, ok, failed, pending }: Account) =>
    [sent, ok, failed, pending].map(String);
  const rows = Object.entries(accounts)
    .filter(([, { sent }]) => sent > 0)
    .map(([method, account]) => [method, ...figures(account)]);
  const said = targets.map((name) => `${name} ${shares[name] ?? 0}`).join(", ");
  return markup`<h3>Accounts</h3>
    ${tableOf(["method", "sent =", "ok +", "failed +", "pending"], rows, [1, 2, 3, 4])}
    <p class="soft">Answered by ${said}.</p>`;
}

/** What clients did not see, and how slow what they saw was. */
export function hiddenText({ masked, latencyMs }: ExperimentResult): Markup | undefined {
  if (!masked && !latencyMs) return undefined;
  return markup`${masked && markup`<p class="soft">Failures that clients did not see: ${masked.retried} requests were retried, ${masked.redispatched} of them on another target; ${masked.queued} waited in a queue.</p>`}
  ${latencyMs && markup`<p class="soft">Latency of answered requests: median ${latencyMs.before.p50} ms, 99th percentile ${latencyMs.before.p99} ms before the fault; ${latencyMs.whole.p50}, ${latencyMs.whole.p99} and at most ${latencyMs.whole.max} ms in all. Of that the prober's own: at most ${latencyMs.prober.max} ms.</p>`}`;
}

export function lossList({ losses = [], accounts }: ExperimentResult): Markup | undefined {
  if (!accounts) return undefined;
  if (losses.length === 0)
    return markup`<h3>Lost requests</h3>
      <p>None.</p>`;
  return markup`<h3>Lost requests (${losses.length})</h3>
    <ul class="losses">
      ${losses.map(lossText)}
    </ul>`;
}

const lossText = ({ atMs, method, reason, target }: Loss) =>
  markup`<li>
    ${method} due at ${atMs.toFixed(0)} ms${target !== undefined && ` (${target})`}: ${reason}
  </li>`;
