import type { FaultKind } from "../../lib/faults/kinds";
import { accounts, latency, tenths } from "../../observer/account";
import { type Figures, judge } from "../../observer/expectations";
import type { Outcome } from "../../observer/experiment";
import { gaps } from "../../observer/gaps";
import { now } from "../../observer/prober";
import { type Observed, stepTimes, timeline } from "../../observer/timeline";
import { faultFor, heal, inject, setState } from "../faults/faults";
import { inCt, onNode } from "../access/ssh";
import { allHealthy, type Bench, pause, underLoad } from "./bench";
import { measured, undisturbed } from "./measured";

/** The experiments under constant load, and what each does to the target. */
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

const beforeMs = 3000;
const duringMs = 6000;
const afterMs = 2500;
const reloads = 10;
/** A fault repairs itself when this process dies in the middle. */
const safetySeconds = 300;

export async function faultExperiment(
  bench: Bench,
  name: LoadedName,
  profile: string,
): Promise<Outcome> {
  const action = LOADED[name];
  const { ssh, outputs, target } = bench;
  let faultAt = 0;
  let damagedAt = 0;
  let healAt: number | undefined;
  const { records, events } = await underLoad(bench, async (clock) => {
    bench.note("normal traffic");
    await pause(bench, beforeMs);
    try {
      bench.note(`${action} ${action === "reload" ? "" : target.name}`);
      faultAt = now();
      if (action === "reload") await reloadOften(bench);
      else if (action === "drain") await setState(ssh, outputs, target, "drain");
      else {
        const fault = faultFor(outputs, target, action);
        const at = await inject(ssh, target, { kind: action, fault, seconds: safetySeconds });
        faultAt = clock.ours(at.before);
        damagedAt = clock.ours(at.after);
      }
      damagedAt ||= now();
      if (action !== "reload") await pause(bench, duringMs);
    } finally {
      bench.note("repair");
      healAt = now();
      if (action === "drain") await setState(ssh, outputs, target, "ready");
      else if (action !== "reload") await heal(ssh, outputs, target);
    }
    bench.note(`waiting for ${target.name}`);
    await allHealthy(bench, profile === "alb-default" ? 200 : 60);
    await pause(bench, afterMs);
  });
  const targets = outputs.targets.map((one) => one.name);
  const observed = { target: target.name, targets, records, events, faultAt, damagedAt, healAt };
  const times = stepTimes(observed);
  const figures = figuresOf(observed);
  const told = action !== "reload";
  return {
    target: target.name,
    action,
    ...measured(observed),
    healedAtMs: tenths(healAt! - faultAt),
    expectations: judge(name, profile, figures),
    ...(told && { gaps: gaps(observed, times), timeline: timeline(observed, times) }),
  };
}

function figuresOf(observed: Observed): Figures {
  const { records, faultAt, damagedAt, targets } = observed;
  const times = stepTimes(observed);
  // Until it is out, a target that is broken is given requests, and they are in flight on it.
  const inFlightUntil = times.down ?? damagedAt;
  const later = records.filter(
    (r) => r.method === "POST" && r.outcome === "failed" && r.sentAt > inFlightUntil,
  );
  const around = records.filter((r) => r.dueAt >= faultAt - 500 && r.dueAt < faultAt + 3000);
  const last = records.slice(-10 * targets.length);
  return {
    accounts: accounts(records),
    gaps: gaps(observed, times),
    postLostLater: later.length,
    p99AddedMs: tenths(latency(around).p99 - latency(undisturbed(records, faultAt)).p99),
    evenAfter: targets.every(
      (one) => Math.abs(last.filter((r) => r.target === one).length - 10) <= 1,
    ),
  };
}

async function reloadOften(bench: Bench): Promise<void> {
  const words = inCt(bench.outputs.loadBalancer.vmid, ["systemctl", "reload", "haproxy"]);
  for (let i = 1; i <= reloads; i++) {
    const { code, stderr } = await onNode(bench.ssh, words, { timeoutMs: 30_000 });
    if (code !== 0) throw new Error(`reload ${i}: exit status ${code}: ${stderr.trim()}`);
    await pause(bench, 500);
  }
}
