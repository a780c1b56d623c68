import { isProfileName } from "../../lib/haproxy/profiles";
import { PROFILE_NAMES } from "../../lib/stack/settings";
import {
  type Command,
  type CommandContext,
  integerOption,
  jsonOption,
  UsageError,
} from "../core/command";
import { missingWord, unknownWord } from "../core/suggest";
import { withLabLock } from "../../system/labLock";
import { EXPERIMENTS } from "../experiments/catalogue";
import { describeResult } from "../experiments/describe";
import { describeSuite } from "../experiments/describeSuite";
import { interruptible } from "../../system/interruptible";
import { everyPlan, type Plan, runPlans, suiteOf } from "../experiments/run";

const all = "all";
const names = [...Object.keys(EXPERIMENTS), all];
const width = Math.max(...names.map((name) => name.length));

export const command: Command = {
  usage: "experiment NAME [--rate 200] [--profile NAME | --profiles] [--json]",
  description: `A measured experiment: requests at a constant rate from outside, a fault, its repair, and stated
expectations judged with figures. Every request is accounted for. What was changed for it is
restored whatever happens. Exit status 1 when an expectation is not met.

${Object.entries(EXPERIMENTS)
  .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  .join("\n")}
  ${all.padEnd(width)}  each of them, and failover under every profile: ten minutes`,
  options: {
    rate: {
      type: "string",
      value: "N",
      help: "requests per second (10 to 1000, default 200; 0: none, health checks alone)",
    },
    profile: { type: "string", value: "NAME", help: `under ${PROFILE_NAMES.join(", ")}` },
    profiles: { type: "boolean", help: "under each profile, side by side" },
    json: jsonOption,
  },
  maxArgs: 1,
  words: names,
  async run(context) {
    const { name, plans } = plansOf(context);
    return withLabLock(context.paths, "experiment", () =>
      interruptible("everything is restored", async (signal) => {
        const results = await runPlans(context, plans, signal, name === all);
        const [only, ...more] = results;
        const single = only !== undefined && more.length === 0;
        const found = single ? only : suiteOf(name, results);
        const text = () => (single ? describeResult(only) : describeSuite(suiteOf(name, results)));
        context.print(context.json ? JSON.stringify(found) : text());
        context.progress.info(followUps(name, single));
        return found.pass ? 0 : 1;
      }),
    );
  },
};

/** What can be made of it. */
const followUps = (name: string, single: boolean) =>
  single
    ? `./lab replay ${name} makes a page that plays it, ./lab report one with charts`
    : "./lab report makes a page with charts, and one for each that plays it";

/** What is to be done. @throws UsageError when it cannot be understood. */
function plansOf({ args, options }: CommandContext): { name: string; plans: Plan[] } {
  const [name] = args;
  if (name === undefined) throw new UsageError(missingWord("the name of an experiment", names));
  if (!names.includes(name)) throw new UsageError(unknownWord("experiment", name, names));
  const rate = rateOf(name, options.rate);
  const { profile, profiles } = options;
  if (profile !== undefined && !isProfileName(String(profile))) {
    throw new UsageError(unknownWord("profile", String(profile), PROFILE_NAMES));
  }
  if (profiles === true && profile !== undefined) {
    throw new UsageError("lab experiment: needs one of --profile or --profiles, got both");
  }
  if (name === all) {
    if (profile === undefined && !profiles) return { name, plans: everyPlan(rate) };
    throw new UsageError("lab experiment all: takes no profile; it goes through them itself");
  }
  const wanted = typeof profile === "string" && isProfileName(profile) ? profile : undefined;
  if (!profiles) return { name, plans: [{ name, rate, profile: wanted }] };
  return { name, plans: PROFILE_NAMES.map((one) => ({ name, rate, profile: one })) };
}

/** 0 is for those alone that health checks tell something of. */
function rateOf(name: string, value: string | boolean | undefined): number {
  if (value === "0" && EXPERIMENTS[name]?.idle) return 0;
  if (value === "0") {
    const idle = names.filter((one) => EXPERIMENTS[one]?.idle).join(", ");
    throw new UsageError(`--rate: 0 is for ${idle}, got it for ${name}`);
  }
  return integerOption("--rate", value, { min: 10, max: 1000, default: 200 });
}
