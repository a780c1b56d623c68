import { requests } from "../live/words";
import type { Level } from "../view/states";
import type { Recording } from "./recording";
import { Tape } from "./tape";

/** Something that happened, to jump to. */
export interface Moment {
  at: number;
  level: Level;
  /** In a few words, e.g. `app2 is DOWN`. */
  what: string;
}

/** The time in which something lasted, for the picture over the slider. */
export interface Stretch {
  kind: "faulty" | "out" | "drained";
  target: string;
  fromAt: number;
  toAt: number;
}

/** All that a recording tells at one glance. */
export interface Overview {
  moments: Moment[];
  stretches: Stretch[];
  /** When requests were lost. */
  lostAt: number[];
}

/** Lost requests that follow one another so closely are one moment. */
const together = 2000;

/** Goes through a recording once. */
export function overview(recording: Recording): Overview {
  const tape = new Tape(recording);
  const { incidents } = tape.seek(tape.toAt);
  const moments: Moment[] = [];
  const stretches: Stretch[] = [];
  for (const { target, fault, faultAt, outAt, backAt, endedAt, drained } of incidents) {
    if (faultAt !== undefined) {
      moments.push({ at: faultAt, level: "bad", what: `fault ${fault} on ${target}` });
      stretches.push({ kind: "faulty", target, fromAt: faultAt, toAt: endedAt ?? tape.toAt });
    }
    if (outAt !== undefined) {
      const level = drained ? "warn" : "bad";
      moments.push({ at: outAt, level, what: `${target} is ${drained ? "drained" : "DOWN"}` });
      const kind = drained ? "drained" : "out";
      stretches.push({ kind, target, fromAt: outAt, toAt: backAt ?? tape.toAt });
    }
    const over = backAt ?? endedAt;
    if (over !== undefined) {
      const what = backAt === undefined ? `the fault on ${target} is over` : `${target} is back`;
      moments.push({ at: over, level: "good", what });
    }
  }
  const lostAt = recording.events.flatMap((one) =>
    one.kind === "request" && !one.ok ? [one.at] : [],
  );
  for (const { at, count } of groups(lostAt)) {
    moments.push({ at, level: "bad", what: `${requests(count)} lost` });
  }
  const within = ({ at }: Moment) => at >= tape.fromAt && at <= tape.toAt;
  return { moments: moments.filter(within).sort((a, b) => a.at - b.at), stretches, lostAt };
}

function groups(times: readonly number[]): { at: number; count: number }[] {
  const found: { at: number; last: number; count: number }[] = [];
  for (const at of times) {
    const open = found.at(-1);
    if (open && at - open.last <= together)
      Object.assign(open, { last: at, count: open.count + 1 });
    else found.push({ at, last: at, count: 1 });
  }
  return found;
}
