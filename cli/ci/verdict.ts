/** How a preview ended; the command's exit status says which. */
export const VERDICTS = {
  ok: { exit: 0, words: "nothing stands against it" },
  violation: { exit: 3, words: "a policy is violated" },
  "data-loss": { exit: 4, words: "data would be lost" },
  guarded: { exit: 5, words: "guarded files are changed" },
  "head-broken": { exit: 6, words: "the change does not work" },
  "base-broken": { exit: 7, words: "the base does not come up" },
  rehearsal: { exit: 8, words: "the rehearsal failed" },
} as const;

export type Verdict = keyof typeof VERDICTS;

/** Labels of a pull request that allow what would else fail. */
export const LABELS = {
  "data-loss": "allow-data-loss",
  guarded: "allow-guarded-change",
} as const;

/** Labels as a list with commas between them; those that mean nothing here are left out. */
export function readLabels(text = ""): Set<string> {
  const known: string[] = Object.values(LABELS);
  return new Set(
    text
      .split(",")
      .map((label) => label.trim())
      .filter((label) => known.includes(label)),
  );
}

/** The worst of what was found. */
export function verdictOf(found: {
  baseBroken: boolean;
  headBroken: boolean;
  rehearsalFailed: boolean;
  dataLoss: boolean;
  violated: boolean;
  guarded: boolean;
  labels: ReadonlySet<string>;
}): Verdict {
  if (found.baseBroken) return "base-broken";
  if (found.dataLoss && !found.labels.has(LABELS["data-loss"])) return "data-loss";
  if (found.violated) return "violation";
  if (found.headBroken) return "head-broken";
  if (found.rehearsalFailed) return "rehearsal";
  if (found.guarded && !found.labels.has(LABELS.guarded)) return "guarded";
  return "ok";
}
