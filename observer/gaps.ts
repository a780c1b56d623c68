import { tenths } from "./account";
import type { Observed, StepId, StepTimes } from "./timeline";

/** The time between two steps, beside what an Application Load Balancer needs for it. */
export interface Gap {
  id: GapId;
  what: string;
  from: StepId;
  to: StepId;
  ms: number;
  /** Range in milliseconds that AWS documents for the fastest settings; null: an ALB does no such thing. */
  albFastestMs: [number, number] | null;
  /** The same for an ALB's default settings. */
  albDefaultMs: [number, number] | null;
}

export type GapId =
  "noticed" | "retried" | "removed" | "redistributed" | "checked" | "back" | "returned" | "even";

interface GapSpec extends Omit<Gap, "ms"> {
  /** Counts from here where it is known, and not from the step `from`. */
  since?: number;
}

/** Checks every 5 s, timeout 2 s, out after 2, back after 2; by default 30 s, 5 s, 2 and 5. */
const ALB_REMOVED = {
  albFastestMs: [5_000, 12_000],
  albDefaultMs: [30_000, 65_000],
} satisfies Partial<Gap>;
const NONE = { albFastestMs: null, albDefaultMs: null };

/**
 * The gaps of one fault; those whose steps did not happen are absent.
 *
 * Removal counts from when the fault was in force. The command that does the damage takes its time
 * (`docker kill` half a second), so that is the target's last answer; without traffic it is the
 * command's end.
 */
export function gaps(from: Observed, times: StepTimes): Gap[] {
  const specs: GapSpec[] = [
    {
      id: "noticed",
      what: "fault to first failed attempt",
      from: "fault",
      to: "attempt-failed",
      ...NONE,
    },
    {
      id: "retried",
      what: "failed attempt to another target's answer",
      from: "attempt-failed",
      to: "retried",
      ...NONE,
    },
    {
      id: "removed",
      what: "in force to marked down",
      from: "damaged",
      to: "down",
      since: lastServed(from, times),
      ...ALB_REMOVED,
    },
    {
      id: "redistributed",
      what: "fault to traffic redistributed",
      from: "fault",
      to: "redistributed",
      ...ALB_REMOVED,
    },
    {
      id: "checked",
      what: "repair to first good check",
      from: "heal",
      to: "check-passed",
      albFastestMs: [0, 5_000],
      albDefaultMs: [0, 30_000],
    },
    {
      id: "back",
      what: "first good check to back in rotation",
      from: "check-passed",
      to: "up",
      albFastestMs: [5_000, 5_000],
      albDefaultMs: [120_000, 120_000],
    },
    {
      id: "returned",
      what: "repair to back in rotation",
      from: "heal",
      to: "up",
      albFastestMs: [5_000, 10_000],
      albDefaultMs: [120_000, 150_000],
    },
    { id: "even", what: "back in rotation to even again", from: "up", to: "even", ...NONE },
  ];
  return specs.flatMap(({ since, ...spec }) => {
    const begin = since ?? times[spec.from];
    const end = times[spec.to];
    if (begin === undefined || end === undefined) return [];
    return [{ ...spec, ms: tenths(Math.max(0, end - begin)) }];
  });
}

/** The milliseconds of one gap; undefined: it did not happen. */
export function gapMs(all: readonly Gap[], id: GapId): number | undefined {
  return all.find((gap) => gap.id === id)?.ms;
}

/** The target's last answer before it was marked down; undefined: there was no traffic. */
function lastServed({ records, target, faultAt }: Observed, { down }: StepTimes) {
  if (records.length === 0) return undefined;
  return records.reduce(
    (last, r) =>
      r.target === target && r.outcome === "ok" && r.doneAt! < (down ?? Infinity)
        ? Math.max(last, r.doneAt!)
        : last,
    faultAt,
  );
}
