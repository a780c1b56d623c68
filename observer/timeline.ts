import { tenths } from "./account";
import type { BalancerEvent } from "./balancerLog";
import type { ProbeRecord } from "./prober";

/** The steps of a fault's story, in the order in which they usually come. */
export const STEP_IDS = [
  "fault",
  "damaged",
  "attempt-failed",
  "retried",
  "slow",
  "lost",
  "check-failed",
  "down",
  "redistributed",
  "heal",
  "check-passed",
  "up",
  "answered",
  "even",
] as const;
export type StepId = (typeof STEP_IDS)[number];

/** One step of what happened, in milliseconds after the fault. */
export interface Step {
  id: StepId;
  atMs: number;
  what: string;
}

/** What is known of one experiment; times in milliseconds of one clock. */
export interface Observed {
  target: string;
  targets: string[];
  records: readonly ProbeRecord[];
  events: readonly BalancerEvent[];
  /** When the damage began. */
  faultAt: number;
  /** When the command that did the damage had ended. */
  damagedAt: number;
  /** When its repair began; undefined: never. */
  healAt?: number;
}

/** When each step was; those that did not happen are absent. */
export type StepTimes = Partial<Record<StepId, number>>;

const slowMs = 250;

/** How many answers in a row must be spread evenly. */
const evenOver = 30;

/** Finds the steps in what the prober and the load balancer's log saw. */
export function stepTimes(from: Observed): StepTimes {
  const { target, records, events, faultAt, damagedAt, healAt } = from;
  const until = healAt ?? Infinity;
  const during = records.filter(({ dueAt }) => dueAt >= faultAt && dueAt < until);
  const failed = during.filter(({ outcome }) => outcome === "failed");
  const retries = events.filter(({ kind, at }) => kind === "retried" && at >= faultAt);
  const began = retries.map((event) => event.began ?? event.at).filter((at) => at < until);
  const event = (kind: BalancerEvent["kind"], after: number, before = Infinity) =>
    events.find((e) => e.kind === kind && e.target === target && e.at >= after && e.at < before)
      ?.at;
  // Every attempt on the target that is known of: answered, failed for the client, or retried.
  const answers = during.filter((r) => r.target === target && r.outcome === "ok");
  const attempts = [...answers, ...failed].map(({ sentAt }) => sentAt).concat(began);
  const lastAttempt = latest(attempts);
  const times: StepTimes = {
    fault: faultAt,
    damaged: damagedAt,
    "attempt-failed": earliest([...failed.map(({ sentAt }) => sentAt), ...began]),
    retried: earliest(retries.map(({ at }) => at).filter((at) => at < until)),
    slow: during.find((r) => r.outcome === "ok" && r.doneAt! - r.dueAt > slowMs)?.dueAt,
    lost: earliest(failed.map(({ doneAt }) => doneAt!)),
    "check-failed": event("check-failed", faultAt, until),
    down: event("down", faultAt, until),
    redistributed: during.find((r) => r.outcome === "ok" && r.sentAt > (lastAttempt ?? faultAt))
      ?.doneAt,
  };
  if (healAt !== undefined) {
    const after = records.findIndex((r) => r.target === target && r.dueAt >= healAt);
    Object.assign(times, {
      heal: healAt,
      // Checks of a target that was never out may fail and pass for other reasons.
      "check-passed": times.down === undefined ? undefined : event("check-passed", healAt),
      up: event("up", healAt),
      answered: records[after]?.doneAt,
      even: after < 0 ? undefined : evenAgain(records.slice(after), from.targets),
    });
  }
  return times;
}

/** The story of one fault: each step that was seen, in order. */
export function timeline(from: Observed, times: StepTimes = stepTimes(from)): Step[] {
  return STEP_IDS.filter((id) => times[id] !== undefined)
    .map((id) => ({
      id,
      atMs: tenths(times[id]! - from.faultAt),
      what: stepText(id, from.target),
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** A step in words. */
export function stepText(id: StepId, target: string): string {
  const texts: Record<StepId, string> = {
    fault: "the command that does the damage begins",
    damaged: "that command has ended",
    "attempt-failed": "the first request arrives whose attempt fails",
    retried: "the first request that was retried has its answer",
    slow: "the first slow request (over 250 ms) was due",
    lost: "first request lost",
    "check-failed": "first failed check",
    down: `${target} marked down`,
    redistributed: `traffic redistributed: first answer after the last attempt on ${target}`,
    heal: "the command that repairs it begins",
    "check-passed": "first good check",
    up: `${target} marked up`,
    answered: `first answer of ${target}`,
    even: "even again",
  };
  return texts[id];
}

/** When the first stretch of answers began that is spread over all targets. */
function evenAgain(records: readonly ProbeRecord[], targets: string[]): number | undefined {
  for (let at = 0; at + evenOver <= records.length; at++) {
    const stretch = records.slice(at, at + evenOver);
    const even = targets.every((name) => {
      const count = stretch.filter((record) => record.target === name).length;
      return Math.abs(count - evenOver / targets.length) <= 1;
    });
    if (even) return stretch[0]!.doneAt;
  }
  return undefined;
}

const earliest = (times: number[]) =>
  times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
const latest = (times: number[]) =>
  times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
