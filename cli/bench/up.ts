import { join } from "node:path";
import { median } from "./load";
import type { Bar } from "../../observer/benchmark";
import { openPulumi, type PulumiSession } from "../lab/session";
import type { CommandContext } from "../core/command";
import { exec, run } from "../../system/exec";
import type { Note } from "../../system/progress";
import type { Benchmark } from "./benchmark";
import { WITHOUT_PACK, withEmptyStack } from "./emptyStack";

const RUNS = 3;
/** What may be waited for beside a program of next to nothing. */
const UP_OF_EMPTY = 2.5;
const PREVIEW_OF_EMPTY = 1.5;
const SECOND_UP_SECONDS = 30;
const PREVIEW_SECONDS = 20;

const PREVIEW = ["preview", "--non-interactive", "--expect-no-changes"];
const UP = ["up", "--yes", "--non-interactive", "--expect-no-changes"];

/** What whoever changes the stack waits for when there is little or nothing to do. */
export const up: Benchmark = {
  measures: "what a second up and a preview take, and what Pulumi takes for next to nothing",
  how: `medians of ${RUNS} runs in turn, on a stack that needs no change`,
  async run(context, signal, note) {
    // A machine that has just started reads everything from disk: that is no second up.
    note("warm-up");
    await secondUp(context);
    const session = await openPulumi(context);
    const { toolchain, env } = session;
    const cwd = context.paths.root;
    const preview = (env: PulumiSession["env"]) => run(toolchain.pulumi, PREVIEW, { cwd, env });
    const seconds = await withEmptyStack(context, session, (empty) =>
      inTurn(
        {
          up: () => secondUp(context),
          pulumiUp: () => run(toolchain.pulumi, UP, { cwd, env }),
          emptyUp: () => empty.pulumi(["up", "--yes"]),
          with: () => preview(env),
          emptyWith: () => empty.pulumi(["preview"], "pack"),
          without: () => preview({ ...env, ...WITHOUT_PACK }),
        },
        signal,
        note,
      ),
    );
    return { bars: barsOf(seconds), runs: seconds };
  },
};

/** Seconds that each takes, in every round. */
async function inTurn<T extends Record<string, () => Promise<unknown>>>(
  works: T,
  signal: AbortSignal,
  note: Note,
): Promise<Record<keyof T, number[]>> {
  const taken = Object.fromEntries(Object.keys(works).map((name) => [name, [] as number[]]));
  for (let round = 0; round < RUNS; round++) {
    note(`round ${round + 1} of ${RUNS}`);
    for (const [name, work] of Object.entries(works)) {
      signal.throwIfAborted();
      const from = performance.now();
      await work();
      taken[name]!.push((performance.now() - from) / 1000);
    }
  }
  return taken as Record<keyof T, number[]>;
}

/** `./lab up` as a user runs it. @throws when it fails, or had something to do. */
async function secondUp({ paths, stack }: CommandContext): Promise<void> {
  const { code, stdout, stderr } = await exec(join(paths.root, "lab"), [
    "up",
    "--yes",
    "--stack",
    stack,
  ]);
  if (code !== 0) throw new Error(`up: exit status ${code}: ${stderr.trim().split("\n").at(-1)}`);
  if (!/^ *no changes$/m.test(stdout + stderr)) {
    throw new Error("up: changed the stack, so this was no second one; start the benchmark again");
  }
}

type Work = "up" | "pulumiUp" | "emptyUp" | "with" | "emptyWith" | "without";

function barsOf(seconds: Record<Work, number[]>): Bar[] {
  const ratio = (one: Work, other: Work) =>
    median(seconds[one].map((taken, round) => taken / seconds[other][round]!));
  const times = { unit: "times" } as const;
  return [
    { what: "second up", measured: median(seconds.up), unit: "s", atMost: SECOND_UP_SECONDS },
    {
      what: "preview with the policies",
      measured: median(seconds.with),
      unit: "s",
      atMost: PREVIEW_SECONDS,
    },
    { what: "preview without", measured: median(seconds.without), unit: "s" },
    { what: "with of without", measured: ratio("with", "without"), ...times },
    {
      what: "up of an empty program's",
      measured: ratio("pulumiUp", "emptyUp"),
      ...{ ...times, atMost: UP_OF_EMPTY },
    },
    {
      what: "preview of an empty one's",
      measured: ratio("with", "emptyWith"),
      ...{ ...times, atMost: PREVIEW_OF_EMPTY },
    },
  ];
}
