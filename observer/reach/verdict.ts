import type { Probe } from "./plan";

/**
 * What became of an attempt. TCP is `open` (it connected), `refused` (the machine answered that nobody
 * listens: the packet had passed every filter), `unreachable` (no way there), or `dropped` (no answer).
 * UDP is `heard` by a listener put there for the probe, or `silent`.
 */
export const OUTCOMES = ["open", "refused", "unreachable", "dropped", "heard", "silent"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Verdict extends Probe {
  /** Undefined: the probe did not run. */
  outcome?: Outcome;
  /** The probe found what the model says. */
  asModelled: boolean;
}

/** A refusal counts as open: behind a closed filter nobody could have sent it. */
const passed = (outcome: Outcome) => ["open", "refused", "heard"].includes(outcome);

/** @param outcomes by the probe's id */
export function judgeProbes(probes: Probe[], outcomes: Map<number, Outcome>): Verdict[] {
  const deaf = new Set(
    probes
      .filter(({ id, control }) => control && outcomes.get(id) !== "heard")
      .map(({ to, port }) => `${to} ${port}`),
  );
  return probes.map((probe) => {
    const outcome = outcomes.get(probe.id);
    // Silence proves nothing where the listener did not even hear its own machine.
    const proven = probe.protocol === "tcp" || !deaf.has(`${probe.to} ${probe.port}`);
    const asModelled = outcome !== undefined && proven && passed(outcome) === probe.admitted;
    return { ...probe, outcome, asModelled };
  });
}

/** How often each pair of places was probed, and what was found. */
export interface PairSummary {
  from: string;
  to: string;
  /** Ways that are open and should be, as `80/tcp`; with a note where nobody listens behind one. */
  open: string[];
  closed: number;
  differing: number;
  probes: number;
}

export function summarise(verdicts: Verdict[]): PairSummary[] {
  const pairs = new Map<string, PairSummary>();
  for (const verdict of verdicts) {
    if (verdict.control) continue;
    const { from, to, port, protocol } = verdict;
    const key = `${from} ${to}`;
    const pair = pairs.get(key) ?? { from, to, open: [], closed: 0, differing: 0, probes: 0 };
    pairs.set(key, pair);
    pair.probes += 1;
    if (!verdict.asModelled) pair.differing += 1;
    else if (!verdict.admitted) pair.closed += 1;
    else pair.open.push(`${port}/${protocol}${verdict.outcome === "refused" ? " (refused)" : ""}`);
  }
  return [...pairs.values()];
}
