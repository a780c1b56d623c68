import { accounts, p99OfAll, tenths } from "../../observer/account";
import { type Figures, judge } from "../../observer/expectations";
import type { Outcome } from "../../observer/experiment";
import { gaps } from "../../observer/gaps";
import { type Observed, stepTimes, timeline } from "../../observer/timeline";
import type { FaultKind } from "../faults/faultSpec";
import { inCt, onNode } from "../lab/ssh";
import { type Bench, pause } from "./workbench";
import {
  brokenMs,
  type Disturbance,
  drainOf,
  disturb,
  faultOn,
  returnSeconds,
  timed,
} from "./disturb";
import { measured, undisturbed } from "./measured";

/** The experiments that take a target out, and what each does to it. */
export const LOADED = {
  failover: "kill",
  hang: "hang",
  partition: "drop",
  stop: "stop",
  reject: "reject",
  drain: "drain",
  reload: "reload",
} as const satisfies Record<string, FaultKind | "drain" | "reload">;
export type LoadedName = keyof typeof LOADED;

const reloads = 10;
const idleDuringMs = 4000;

/** One of them, under the bench's rate; a rate of 0 measures what checks alone do. */
export async function faultExperiment(
  bench: Bench,
  name: LoadedName,
  profile: string,
): Promise<Outcome> {
  const action = LOADED[name];
  const disturbance =
    action === "drain"
      ? drainOf(bench)
      : action === "reload"
        ? reloadsOf(bench)
        : faultOn(bench, [bench.target], { kind: action });
  const observed = await disturb(bench, disturbance, {
    waitSeconds: returnSeconds(profile),
    duringMs:
      action === "reload" ? 0 : brokenMs(profile, bench.rate === 0 ? idleDuringMs : undefined),
  });
  const times = stepTimes(observed);
  const told = action !== "reload";
  return {
    action,
    command: disturbance.command,
    ...measured(observed),
    healedAtMs: tenths(observed.healAt - observed.faultAt),
    expectations: judge(name, profile, {
      ...figuresOf(observed, name),
      rate: bench.rate,
      due: observed.due,
    }),
    ...(told && {
      target: bench.target.name,
      gaps: gaps(observed, times),
      timeline: timeline(observed, times),
    }),
  };
}

function figuresOf(observed: Observed, name: LoadedName): Omit<Figures, "rate" | "due"> {
  const { records, faultAt } = observed;
  const times = stepTimes(observed);
  const around = records.filter((r) => r.dueAt >= faultAt - 500 && r.dueAt < faultAt + 3000);
  return {
    accounts: accounts(records),
    gaps: gaps(observed, times),
    postLostElsewhere: lostElsewhere(observed, name === "drain" || name === "reload").length,
    p99AddedMs: tenths(p99OfAll(around) - p99OfAll(undisturbed(records, faultAt))),
    evenAfter: evenAtEnd(observed),
  };
}

/**
 * POST requests that were lost although no broken target can have had them: they ended before the
 * fault, were sent after the target was out, or nothing broke at all.
 *
 * @param nothingBreaks no target ends in the middle of an answer: a drain, a reload
 */
export function lostElsewhere(observed: Observed, nothingBreaks: boolean) {
  const { records, faultAt, damagedAt } = observed;
  // Until it is out, a target that is broken is given requests, and they are in flight on it.
  const inFlightUntil = stepTimes(observed).down ?? damagedAt;
  return records.filter(
    (r) =>
      r.method === "POST" &&
      r.outcome === "failed" &&
      (nothingBreaks || r.sentAt > inFlightUntil || (r.doneAt ?? Infinity) < faultAt),
  );
}

/** The last ten answers a target are spread evenly. */
export function evenAtEnd({ records, targets }: Observed): boolean {
  const last = records.slice(-10 * targets.length);
  return targets.every((one) => Math.abs(last.filter((r) => r.target === one).length - 10) <= 1);
}

function reloadsOf(bench: Bench): Disturbance {
  const words = inCt(bench.outputs.loadBalancer.vmid, ["systemctl", "reload", "haproxy"]);
  return {
    action: "reload",
    command: `${words.join(" ")} (${reloads} times)`,
    begin: () =>
      timed(async () => {
        for (let i = 1; i <= reloads; i++) {
          const { code, stderr } = await onNode(bench.ssh, words, { timeoutMs: 30_000 });
          if (code !== 0) throw new Error(`reload ${i}: exit status ${code}: ${stderr.trim()}`);
          await pause(bench, 500);
        }
      }),
    end: () => Promise.resolve(),
  };
}
