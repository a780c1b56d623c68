import { join } from "node:path";
import { median } from "./load";
import type { Bar } from "../../observer/benchmark";
import { openPulumi, type PulumiSession } from "../lab/session";
import type { CommandContext } from "../core/command";
import { exec, run } from "../../system/exec";
import type { Note } from "../../system/progress";
import type { Benchmark } from "./benchmark";

const RUNS = 3;
const SECOND_UP_SECONDS = 30;
const PREVIEW_SECONDS = 20;

const PREVIEW = ["preview", "--non-interactive", "--expect-no-changes"];

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
    const { toolchain, env } = await openPulumi(context);
    const preview = (env: PulumiSession["env"]) =>
      run(toolchain.pulumi, PREVIEW, { cwd: context.paths.root, env });
    const works = {
      up: () => secondUp(context),
      with: () => preview(env),
      without: () => preview({ ...env, ...WITHOUT_PACK }),
    };
    const seconds = await inTurn(works, signal, note);
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
