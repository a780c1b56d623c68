import { budgetChange } from "./budgetChange";
import { type Consequences, consequencesOf } from "./consequences";
import { guardedFiles } from "./guarded";
import { reachChange } from "./reach";
import { type Rehearsal, rehearsalFailed } from "./rehearsal";
import type { PreviewReport } from "./report";
import { resourceChanges } from "./resourceChanges";
import type { Findings } from "./previewRun";
import { textChanges } from "./textChanges";
import type { Comparison } from "./trees";
import { verdictOf } from "./verdict";

const NOTHING: Consequences = { traffic: [], dataLoss: [], data: [] };

/** Puts what was found into one document. */
export function makeReport(from: {
  stack: string;
  comparison: Comparison;
  labels: ReadonlySet<string>;
  findings: Findings;
  rehearsal?: Rehearsal;
}): PreviewReport {
  const { stack, comparison, labels, findings, rehearsal } = from;
  const { events, problem, baseViolations } = findings;
  const consequences = events ? consequencesOf(events) : NOTHING;
  const violations = events?.violations ?? [];
  const guarded = guardedFiles(comparison.changed);
  const violated = [...violations, ...(baseViolations ?? [])].some(({ mandatory }) => mandatory);
  return {
    version: 1,
    verdict: verdictOf({
      baseBroken: problem?.at === "base",
      headBroken: problem !== undefined,
      rehearsalFailed: rehearsal !== undefined && rehearsalFailed(rehearsal),
      dataLoss: consequences.dataLoss.length > 0,
      violated,
      guarded: guarded.length > 0,
      labels,
    }),
    stack,
    base: comparison.base,
    head: comparison.head,
    labels: [...labels],
    guarded,
    ...(problem && { problem }),
    changes: events ? resourceChanges(events) : [],
    consequences,
    violations,
    ...(baseViolations && { baseViolations }),
    // A program that failed at once has declared nothing, and nothing is to be said of it.
    ...(events && events.steps.length > 0 && { budget: budgetChange(events) }),
    texts: events ? textChanges(events) : [],
    reach: events ? reachChange(events.steps) : { gained: [], lost: [] },
    ...(rehearsal && { rehearsal }),
  };
}
