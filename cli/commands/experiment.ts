import { isProfileName, PROFILE_NAMES } from "../../lib/haproxy/profiles";
import { openPulumi, requireOutputs } from "../access/session";
import {
  type Command,
  type CommandContext,
  integerOption,
  jsonOption,
  UsageError,
} from "../core/command";
import { withLabLock } from "../core/lock";
import type { ExperimentResult, Outcome } from "../../observer/experiment";
import { openBench } from "../experiments/bench";
import { describeResult } from "../experiments/describe";
import { faultExperiment, LOADED, type LoadedName } from "../experiments/faultExperiment";
import { saveResult } from "../experiments/results";
import { roundRobin } from "../experiments/roundRobin";
import { applyProfile } from "../stack/profile";

/** Of the result's shape. */
const version = 1;
const names = ["round-robin", ...Object.keys(LOADED)];

export const command: Command = {
  usage: `experiment ${names.join("|")} [--rate 200] [--profile NAME] [--json]`,
  description:
    "A measured experiment: requests at a constant rate from outside, a fault, its repair, and\n" +
    "stated expectations judged with figures. Every request is accounted for. What was changed\n" +
    "for it is restored whatever happens. Exit status 1 when an expectation is not met.",
  options: {
    rate: { type: "string", value: "N", help: "requests per second (10 to 1000, default 200)" },
    profile: { type: "string", value: "NAME", help: `under ${PROFILE_NAMES.join(", ")}` },
    json: jsonOption,
  },
  maxArgs: 1,
  async run(context) {
    const [name] = context.args;
    if (!name || !names.includes(name)) {
      const got = JSON.stringify(name ?? "");
      throw new UsageError(`experiment: is unknown, got ${got}; there are ${names.join(", ")}`);
    }
    const range = { min: 10, max: 1000, default: 200 };
    const rate = integerOption("--rate", context.options.rate, range);
    const wanted = context.options.profile;
    if (wanted !== undefined && !isProfileName(String(wanted))) {
      throw new UsageError(
        `--profile: is unknown, got ${JSON.stringify(wanted)}; there are ${PROFILE_NAMES.join(", ")}`,
      );
    }
    return withLabLock(context.paths, "experiment", async () => {
      const result = await inProfile(context, wanted, (profile) =>
        measure(context, { name, rate, profile }),
      );
      context.print(context.json ? JSON.stringify(result, undefined, 2) : describeResult(result));
      return result.pass ? 0 : 1;
    });
  },
};

/** Switches to the wanted profile for the work and back afterwards. */
async function inProfile<T>(
  context: CommandContext,
  wanted: string | boolean | undefined,
  work: (profile: string) => Promise<T>,
): Promise<T> {
  const before = (await requireOutputs(context)).loadBalancer.profile ?? "";
  if (typeof wanted !== "string" || wanted === before || !isProfileName(wanted)) {
    return work(before);
  }
  if (!isProfileName(before)) throw new Error("profile: is not known yet; run ./lab up first");
  const session = await openPulumi(context);
  try {
    await applyProfile(context, session, wanted);
    return await work(wanted);
  } finally {
    await applyProfile(context, session, before);
  }
}

async function measure(
  context: CommandContext,
  from: { name: string; rate: number; profile: string },
): Promise<ExperimentResult> {
  const { name, rate, profile } = from;
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error("interrupted; everything is restored"));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await context.progress.step(`Experiment ${name} (profile ${profile})`, async (note) => {
      const bench = await openBench(context, { rate, signal: abort.signal, note });
      const startedAt = new Date().toISOString();
      const targets = bench.outputs.targets.map((target) => target.name);
      const outcome: Outcome =
        name === "round-robin"
          ? await roundRobin(bench)
          : await faultExperiment(bench, name as LoadedName, profile);
      const pass = outcome.expectations.every((one) => one.pass);
      const { url } = bench;
      const known = {
        version,
        experiment: name,
        profile,
        rate,
        url,
        startedAt,
        pass,
        targets,
      } as const;
      const result = { ...known, ...outcome };
      saveResult(context, result);
      return result;
    });
  } catch (error) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
