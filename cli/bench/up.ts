import { join } from "node:path";
import { median } from "../../lib/bench/load";
import type { Bar } from "../../observer/benchmark";
import { openPulumi } from "../access/session";
import type { CommandContext } from "../core/command";
import { exec, run } from "../core/exec";
import type { Benchmark } from "./benchmark";

const RUNS = 3;
const SECOND_UP_SECONDS = 30;
const PREVIEW_SECONDS = 20;

/** Pulumi refuses a pack's settings without the pack. */
const WITHOUT_PACK = {
  PULUMI_OPTION_POLICY_PACK: undefined,
  PULUMI_OPTION_POLICY_PACK_CONFIG: undefined,
};

/** What whoever changes the stack waits for when there is little or nothing to do. */
export const up: Benchmark = {
  measures: "what a second up and a preview take, with the policy pack and without",
  how: `medians of ${RUNS} runs in turn, on a stack that needs no change`,
  async run(context, signal, note) {
    // A machine that has just started reads everything from disk: that is no second up.
    note("warm-up");
    await secondUp(context);
    const seconds = await inTurn(
      {
        up: () => secondUp(context),
        with: await preview(context, true),
        without: await preview(context, false),
      },
      signal,
      note,
    );
    return { bars: barsOf(seconds), runs: seconds };
  },
};

type Timed = () => Promise<unknown>;

/** Seconds that each takes, in every round. */
async function inTurn<T extends Record<string, Timed>>(
  works: T,
  signal: AbortSignal,
  note: (text: string) => void,
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

/** `pulumi preview` of the stack. */
async function preview(context: CommandContext, withPack: boolean): Promise<Timed> {
  const { toolchain, env } = await openPulumi(context);
  const options = {
    cwd: context.paths.root,
    env: withPack ? env : { ...env, ...WITHOUT_PACK },
  };
  return () =>
    run(toolchain.pulumi, ["preview", "--non-interactive", "--expect-no-changes"], options);
}

function barsOf(seconds: Record<"up" | "with" | "without", number[]>): Bar[] {
  const ratios = seconds.with.map((taken, round) => taken / seconds.without[round]!);
  return [
    { what: "second up", measured: median(seconds.up), unit: "s", atMost: SECOND_UP_SECONDS },
    {
      what: "preview with the policies",
      measured: median(seconds.with),
      unit: "s",
      atMost: PREVIEW_SECONDS,
    },
    { what: "preview without", measured: median(seconds.without), unit: "s" },
    { what: "with of without", measured: median(ratios), unit: "times" },
  ];
}
