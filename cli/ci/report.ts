import type { BudgetChange } from "./budgetChange";
import type { Consequences } from "./consequences";
import type { GuardedGroup } from "./guarded";
import type { ReachChange } from "./reach";
import type { ResourceChange } from "./resourceChanges";
import type { Rehearsal } from "./rehearsal";
import type { Violation } from "./steps";
import type { TextChange } from "./textChanges";
import type { Verdict } from "./verdict";

/** One side of the comparison. */
export interface Revision {
  /** As it was asked for, such as `origin/main`. */
  ref: string;
  commit: string;
}

/** Why there is no preview, or not a whole one. */
export interface Problem {
  /** `typecheck`: the compiler refuses the change; `program`: the program or engine failed. */
  at: "base" | "typecheck" | "program";
  title: string;
  text: string;
}

/** What a preview found, as data: `report.json`. */
export interface PreviewReport {
  version: 1;
  verdict: Verdict;
  /** The stack that it was compared with: the embedded node's own, or a real one's name. */
  stack: string;
  base: Revision;
  head: Revision;
  labels: string[];
  guarded: GuardedGroup[];
  problem?: Problem;
  changes: ResourceChange[];
  consequences: Consequences;
  /** By the head's pack. */
  violations: Violation[];
  /** By the base's pack, where the two packs may differ. */
  baseViolations?: Violation[];
  budget?: BudgetChange;
  texts: TextChange[];
  reach: ReachChange;
  rehearsal?: Rehearsal;
}
