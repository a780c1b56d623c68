import { accounts, latency, p99OfAll, tenths } from "../../observer/account";
import { accountedFor, type Judged, limit, noneLost } from "../../observer/expectations";
import type { Outcome } from "../../observer/experiment";
import { now, type ProbeRecord } from "../../observer/prober";
import { type Bench, pause, probing, underLoad } from "./workbench";
import { measured, undisturbed } from "./measured";

/** Factor on the normal rate; more than this one process cannot send on time. */
const times = 5;
const mostRequests = 1500;
const burstMs = 2000;
const normalMs = 3000;
/** A target's `maxconn` is far above what a burst needs: hardly a request may wait for it. */
const queuedPercent = 1;
const p99AddedWithinMs = 100;

/** Several times the normal load for two seconds: nothing is lost, nothing stays slow. */
export async function burst(bench: Bench): Promise<Outcome> {
  const extra = Math.min(mostRequests, bench.rate * times) - bench.rate;
  let from = 0;
  let until = 0;
  let due = 0;
  let more: readonly ProbeRecord[] = [];
  const seen = await underLoad(bench, {}, async () => {
    bench.note("normal traffic");
    await pause(bench, normalMs);
    bench.note(`burst of ${bench.rate + extra} requests a second`);
    from = now();
    const prober = probing(bench, { rate: extra });
    try {
      await pause(bench, burstMs);
    } finally {
      more = await prober.stop();
      bench.recording.requests(more);
      due = prober.due();
    }
    until = from + burstMs;
    bench.note("normal traffic");
    await pause(bench, normalMs);
  });
  const records = [...seen.records, ...more].sort((a, b) => a.dueAt - b.dueAt);
  const targets = bench.outputs.targets.map(({ name }) => name);
  const loaded = measured({ ...seen, records, targets, faultAt: from });
  return {
    action: `${bench.rate + extra} requests/s for ${burstMs / 1000} s`,
    ...loaded,
    healedAtMs: burstMs,
    expectations: [
      accountedFor(accounts(records), seen.due + due),
      noneLost(loaded.accounts),
      ...judgeBurst(records, { from, until, queued: loaded.masked.queued }),
    ],
  };
}

/** Judges what a burst did to those that were in it and to those that came after it. */
export function judgeBurst(
  records: readonly ProbeRecord[],
  { from, until, queued }: { from: number; until: number; queued: number },
): Judged[] {
  const within = records.filter(({ dueAt }) => dueAt >= from && dueAt < until);
  const after = records.filter(({ dueAt }) => dueAt >= until + 1000);
  const lost = records.filter(({ method, outcome }) => method === "POST" && outcome === "failed");
  const share = (queued / Math.max(1, within.length)) * 100;
  const added = tenths(p99OfAll(after) - p99OfAll(undisturbed(records, from)));
  return [
    {
      expectation: "no POST is lost either: nothing fails",
      measured: `${lost.length} lost`,
      pass: lost.length === 0,
    },
    {
      expectation: `at most ${queuedPercent} % of the burst waits in a queue`,
      measured: `${queued} of ${within.length}; p99 of the answered in the burst ${latency(within).p99} ms`,
      pass: within.length > 0 && share <= queuedPercent,
    },
    limit("p99 of all requests a second after the burst above normal", added, p99AddedWithinMs),
  ];
}
