import { accounts, tenths } from "../../observer/account";
import { accountedFor, type Judged } from "../../observer/expectations";
import type { Outcome } from "../../observer/experiment";
import { gaps } from "../../observer/gaps";
import { stepTimes, timeline } from "../../observer/timeline";
import { setWeights } from "../status/setWeights";
import { judgeMitigated, MITIGATED_FOR_MS, WeightWatch } from "./greyMitigated";
import { type Bench, pause } from "./workbench";
import { disturb, type Disturbed, faultOn, returnSeconds } from "./disturb";
import { evenAtEnd } from "./faultExperiment";
import { measured } from "./measured";

const errorPercent = 50;
/** Time until the service has read its fault file, with a reserve for a busy machine. */
const settleMs = 300;

/**
 * A grey failure: half of a target's answers are errors while its health check stays good. Nobody
 * takes it out, and no profile repeats a request for its status: clients see the errors, and the
 * load balancer's own states show nothing. That is what this experiment is there to be seen; or, where the target
 * group `app` mitigates anomalies, that clients hardly see it.
 */
export async function grey(bench: Bench, profile: string): Promise<Outcome> {
  const fault = faultOn(bench, [bench.target], { kind: "error", amount: errorPercent });
  const mitigates = (await setWeights(bench.ssh, bench.outputs.loadBalancer.vmid)) !== undefined;
  const watch = new WeightWatch(bench);
  const observed = await disturb(bench, fault, {
    waitSeconds: returnSeconds(profile),
    ...(mitigates && {
      duringMs: MITIGATED_FOR_MS,
      whileBroken: async () => {
        await pause(bench, MITIGATED_FOR_MS - 2000);
        await watch.atEndOfFault();
      },
      whenHealed: () => watch.untilBack(),
    }),
  });
  const times = stepTimes(observed);
  const loaded = measured(observed);
  return {
    target: bench.target.name,
    action: fault.action,
    command: fault.command,
    ...loaded,
    healedAtMs: tenths(observed.healAt - observed.faultAt),
    expectations: [
      accountedFor(accounts(observed.records), observed.due),
      ...(mitigates ? judgeMitigated(observed, watch) : judgeGrey(observed)),
      {
        expectation: "no failed answer is tried again: a status is an answer",
        measured: `${loaded.masked.retried} retried`,
        pass: loaded.masked.retried === 0,
      },
    ],
    gaps: gaps(observed, times),
    timeline: timeline(observed, times),
  };
}

/** What clients and the load balancer see of a target that answers errors to a share of requests. */
export function judgeGrey(observed: Disturbed): Judged[] {
  const { records, events, target, targets, damagedAt, healAt } = observed;
  const during = records.filter((r) => r.dueAt > damagedAt + settleMs && r.dueAt < healAt);
  const failed = records.filter(({ outcome }) => outcome === "failed");
  const share = (during.filter((r) => r.outcome === "failed").length / during.length) * 100;
  const expected = errorPercent / targets.length;
  const strangers = failed.filter((r) => r.target !== target || r.status !== 500);
  const later = failed.filter(({ dueAt }) => dueAt > healAt + settleMs + 1000);
  const downs = events.filter((e) => e.target === target && e.kind === "down");
  return [
    {
      expectation: `${target} stays healthy: its check is good all the time`,
      measured: `marked down ${downs.length} times`,
      pass: downs.length === 0,
    },
    {
      expectation: `clients see the errors: ${expected.toFixed(1)} % of all requests, ±2`,
      measured: `${share.toFixed(1)} %`,
      pass: Math.abs(share - expected) <= 2,
    },
    {
      expectation: `every failure is an error that ${target} answered`,
      measured: `${failed.length - strangers.length} of ${failed.length}`,
      pass: failed.length > 0 && strangers.length === 0,
    },
    {
      expectation: "no failure after the repair",
      measured: `${later.length} failed`,
      pass: later.length === 0,
    },
    {
      expectation: "even at the end",
      measured: evenAtEnd(observed) ? "even" : "uneven",
      pass: evenAtEnd(observed),
    },
  ];
}
