import { accounts, lateness, latency, losses, shares } from "../../observer/account";
import type { BalancerEvent } from "../../observer/balancerLog";
import type { ExperimentResult, Masked } from "../../observer/experiment";
import type { ProbeRecord } from "../../observer/prober";
import { series } from "../../observer/series";

/** The part of a result that every experiment under load has. */
export type Loaded = Required<
  Pick<ExperimentResult, "accounts" | "losses" | "latencyMs" | "masked" | "shares" | "series">
> &
  Pick<ExperimentResult, "busy">;

/** An idle machine with two cores stays well below these, in milliseconds. */
const busyBeforeP99 = 100;
const busyProberP99 = 50;

/** Puts together what the prober and the load balancer's log saw of an experiment. */
export function measured(from: {
  records: readonly ProbeRecord[];
  events: readonly BalancerEvent[];
  targets: string[];
  faultAt: number;
}): Loaded {
  const { records, events, targets, faultAt } = from;
  const latencyMs = {
    before: latency(undisturbed(records, faultAt)),
    whole: latency(records),
    prober: lateness(records),
  };
  const busy = busyText(latencyMs);
  return {
    accounts: accounts(records),
    losses: losses(records, faultAt),
    latencyMs,
    ...(busy && { busy }),
    masked: masked(events),
    shares: shares(records),
    series: series(records, targets, faultAt),
  };
}

/** Records of the time before the fault; the first second warms up. */
export function undisturbed(
  records: readonly ProbeRecord[],
  faultAt: number,
): readonly ProbeRecord[] {
  const from = (records[0]?.dueAt ?? 0) + 1000;
  return records.filter((r) => r.dueAt >= from && r.dueAt < faultAt - 500);
}

function busyText({ before, prober }: Loaded["latencyMs"]): string | undefined {
  if (before.p99 <= busyBeforeP99 && prober.p99 <= busyProberP99) return undefined;
  return (
    `this machine is busy: p99 ${before.p99} ms before the fault, prober late by ${prober.p99} ms; ` +
    "repeat before concluding"
  );
}

function masked(events: readonly BalancerEvent[]): Masked {
  const retried = events.filter(({ kind }) => kind === "retried");
  return {
    retried: retried.length,
    redispatched: retried.filter(({ redispatched }) => redispatched).length,
    queued: events.filter(({ kind }) => kind === "queued").length,
  };
}
