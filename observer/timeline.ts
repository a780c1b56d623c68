import { tenths } from "./account";
import type { BalancerEvent } from "./balancerLog";
import type { ProbeRecord } from "./prober";

/** One step of what happened, in milliseconds after the fault. */
export interface Step {
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
  /** When its repair began; undefined: never. */
  healAt?: number;
}

/** Gaps that expectations are about, in milliseconds; undefined: it did not happen. */
export interface Gaps {
  /** From the target's last answer, after which the fault was in force, to out of the rotation. */
  removed?: number;
  /** First good check after the repair to back in the rotation. */
  back?: number;
}

const slowMs = 250;

/** How many answers in a row must be spread evenly. */
const evenOver = 30;

/** The story of one fault: each step that was seen, in order. */
export function timeline(from: Observed): Step[] {
  const { target, records, faultAt, healAt } = from;
  const steps: Step[] = [];
  const add = (at: number | undefined, what: string) => {
    if (at !== undefined) steps.push({ atMs: tenths(at - faultAt), what });
  };
  const until = healAt ?? Infinity;
  const during = records.filter(({ dueAt }) => dueAt >= faultAt && dueAt < until);
  add(faultAt, "the command that does the damage begins");
  add(during.find(({ outcome }) => outcome === "failed")?.doneAt, "first request lost");
  const slow = during.find((r) => r.outcome === "ok" && r.doneAt! - r.dueAt > slowMs);
  add(slow?.dueAt, "first slow request (over 250 ms) was due");
  const event = (kind: BalancerEvent["kind"], after: number, before: number, name?: string) =>
    from.events.find(
      (e) => e.kind === kind && e.at >= after && e.at < before && (!name || e.target === name),
    )?.at;
  add(event("retried", faultAt, until), "first request that was retried has its answer");
  add(event("check-failed", faultAt, until, target), "first failed check");
  add(event("down", faultAt, until, target), `${target} marked down`);
  const last = during.filter((r) => r.target === target && r.outcome === "ok").at(-1);
  add(last?.doneAt, `last answer of ${target}: traffic redistributed`);
  if (healAt !== undefined) {
    add(healAt, "the command that repairs it begins");
    add(event("check-passed", healAt, Infinity, target), "first good check");
    add(event("up", healAt, Infinity, target), `${target} marked up`);
    const back = records.findIndex((r) => r.target === target && r.dueAt >= healAt);
    if (back >= 0) add(records[back]!.doneAt, `first answer of ${target}`);
    add(evenAgain(records.slice(Math.max(0, back)), from.targets), "even again");
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/**
 * The gaps of one fault. The command that does the damage takes its time (`docker kill` half a
 * second), so removal counts from the last answer of the target: then it still served.
 */
export function gaps(from: Observed): Gaps {
  const { events, records, target, faultAt, healAt = Infinity } = from;
  const own = events.filter((event) => event.target === target);
  const after = (kind: BalancerEvent["kind"], time: number) =>
    own.find((event) => event.kind === kind && event.at >= time)?.at;
  const down = after("down", faultAt);
  const good = after("check-passed", healAt);
  const up = after("up", healAt);
  const answers = records.filter((r) => r.target === target && r.outcome === "ok");
  const served = (before: number) =>
    answers.reduce((last, r) => (r.doneAt! < before ? Math.max(last, r.doneAt!) : last), faultAt);
  return {
    removed: down === undefined ? undefined : tenths(down - served(down)),
    back: good === undefined || up === undefined ? undefined : tenths(up - good),
  };
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
