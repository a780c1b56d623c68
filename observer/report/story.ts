import type { ExperimentResult } from "../experiment";
import type { StepId } from "../timeline";
import type { Mark, TimeFrame } from "./frame";

/** Steps that charts show; the list has them all, and numbers them all. */
const DRAWN: readonly StepId[] = [
  "fault",
  "attempt-failed",
  "down",
  "heal",
  "check-passed",
  "up",
  "even",
];

/** The time that a result's charts show, with the moments of its story. */
export function timeFrame(result: ExperimentResult): TimeFrame {
  const { series, timeline = [], target = "", healedAtMs } = result;
  const buckets = series?.failed.length ?? 0;
  const at = (id: StepId) => timeline.find((step) => step.id === id)?.atMs;
  const [down, up] = [at("down"), at("up")];
  const toMs = series ? series.fromMs + buckets * series.stepMs : 1;
  const marks: Mark[] = timeline
    .map(({ id, atMs }, index) => ({ id, atMs, number: index + 1 }))
    .filter(({ id }) => DRAWN.includes(id));
  const ends = { fromMs: 0, toMs: healedAtMs };
  return {
    fromMs: series?.fromMs ?? 0,
    toMs,
    marks: timeline.length > 0 ? marks : simpleMarks(ends),
    ...(down !== undefined && { out: { fromMs: down, toMs: up ?? toMs, target } }),
  };
}

/** Without a story: where the disturbance begins and ends. */
function simpleMarks({ toMs }: { fromMs: number; toMs?: number }): Mark[] {
  return [{ number: 1, atMs: 0 }, ...(toMs === undefined ? [] : [{ number: 2, atMs: toMs }])];
}
