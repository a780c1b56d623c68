import type { Bar } from "../../observer/benchmark";
import type { CommandContext } from "../core/command";
import type { Note } from "../../system/progress";

/** Figures of a benchmark and the single runs that they were made from. */
export interface Measured {
  bars: Bar[];
  runs: Record<string, unknown[]>;
}

/** Something that `./lab bench` measures. */
export interface Benchmark {
  /** What, in a few words, for the list of benchmarks. */
  measures: string;
  /** How; stands above the figures. */
  how: string;
  /** Ends early, and leaves nothing running, once the signal is aborted. */
  run(context: CommandContext, signal: AbortSignal, note: Note): Promise<Measured>;
}
