import { isProfileName } from "../../lib/haproxy/profiles";
import { PROFILE_NAMES, type ProfileName } from "../../lib/stack/settings";
import type { ExperimentResult, ExperimentSuite, Outcome } from "../../observer/experiment";
import { headerOf } from "../../observer/replay/recording";
import { openPulumi, requireOutputs } from "../lab/session";
import { followUp } from "../stack/followUp";
import type { CommandContext } from "../core/command";
import { applyProfile } from "../stack/profile";
import { openBench } from "./workbench";
import { EXPERIMENTS } from "./catalogue";
import { saveRecording, saveResult } from "./results";

/** Version of the result's JSON shape. */
const version = 1;

/** One experiment that is about to run. */
export interface Plan {
  name: string;
  rate: number;
  /** @default - the profile that is in force */
  profile?: ProfileName;
}

/**
 * Does experiments one after the other, each under its profile. The profile that was in force
 * before is put back whatever happens.
 */
export async function runPlans(
  context: CommandContext,
  plans: Plan[],
  signal: AbortSignal,
  /** An experiment that cannot be done counts as one that failed, and the next one is begun. */
  goOn: boolean,
): Promise<ExperimentResult[]> {
  const before = (await requireOutputs(context)).loadBalancer.profile ?? "";
  const switches = plans.some(({ profile }) => profile && profile !== before);
  if (switches && !isProfileName(before)) {
    throw new Error(`the profile in force is not known yet; run ${followUp(context.stack, "up")}`);
  }
  const results: ExperimentResult[] = [];
  let current = before;
  const use = async (profile: string) => {
    if (profile === current || !isProfileName(profile)) return;
    current = profile; // it may be half in force when it fails: then the old one must be put back
    await applyProfile(context, await openPulumi(context), profile);
  };
  try {
    for (const plan of plans) {
      signal.throwIfAborted();
      const work = async () => {
        const profile = plan.profile ?? before;
        await use(profile);
        return measure(context, { ...plan, profile, signal });
      };
      results.push(await (goOn ? work().catch((error: Error) => undone(error, plan)) : work()));
    }
  } finally {
    await use(before);
  }
  return results;

  function undone(error: Error, plan: Plan): ExperimentResult {
    if (signal.aborted) throw error;
    const { name, rate } = plan;
    const profile: string = plan.profile ?? before;
    const expectations = [{ expectation: "it can be done", measured: error.message, pass: false }];
    const startedAt = new Date().toISOString();
    return {
      ...{ version, experiment: name, profile, rate, url: "", startedAt, pass: false },
      ...{ targets: [], expectations },
    };
  }
}

/** Puts results together. */
export function suiteOf(experiment: string, results: ExperimentResult[]): ExperimentSuite {
  const startedAt = results[0]?.startedAt ?? new Date().toISOString();
  const pass = results.length > 0 && results.every((result) => result.pass);
  return { version, experiment, startedAt, pass, results };
}

/** Every experiment once, and failover under every profile. */
export function everyPlan(rate: number): Plan[] {
  const profile: ProfileName = "tuned";
  const each = Object.keys(EXPERIMENTS).map((name) => ({ name, rate, profile }));
  const others = PROFILE_NAMES.filter((one) => one !== profile);
  return [...each, ...others.map((one) => ({ name: "failover", rate, profile: one }))];
}

async function measure(
  context: CommandContext,
  from: { name: string; rate: number; profile: string; signal: AbortSignal },
): Promise<ExperimentResult> {
  const { name, profile, rate, signal } = from;
  const title = `Experiment ${name} (profile ${profile})`;
  return context.progress.step(title, async (note) => {
    const bench = await openBench(context, { rate, signal, note });
    const startedAt = new Date().toISOString();
    const { url, outputs } = bench;
    const targets = outputs.targets.map((target) => target.name);
    let outcome: Outcome;
    try {
      outcome = await EXPERIMENTS[name]!.run(bench, profile);
    } finally {
      await bench.recording.stop();
    }
    const pass = outcome.expectations.every((one) => one.pass);
    const header = {
      version,
      experiment: name,
      profile,
      rate,
      url,
      startedAt,
      pass,
      targets,
    } as const;
    const result = { ...header, ...outcome };
    const file = saveResult(context, result);
    const { events, startedAt: recordedFrom } = bench.recording;
    const title = `${name}, profile ${profile}`;
    const about = { title, stack: context.stack, url, rate: result.rate, targets };
    saveRecording(file, headerOf({ ...about, startedAt: recordedFrom }), events);
    return result;
  });
}
