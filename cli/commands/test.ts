import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAttached } from "../../system/attached";
import {
  type Command,
  type CommandContext,
  integerOption,
  UsageError,
  yesOption,
} from "../core/command";
import { unknownWord } from "../core/suggest";
import { inPath, type Program } from "../../system/distribution";
import { runGoTests } from "../../toolchain/goTests";
import { bringer, ensurePrerequisites } from "../prerequisites";
import { startedDaemonRuns, stopStartedDaemon } from "../prerequisites/dockerDaemon";
import { addCounts, type Counts, countsLine, mochaCounts } from "../testing/counts";
import { countsVariable } from "../testing/countsVariable";

const suites = ["quick", "unit", "e2e", "soak", "all"] as const;
type Suite = (typeof suites)[number];

/** Tells the soak tests how often to repeat each trial. */
const repeatVariable = "HOMELAB_SOAK_REPEAT";

export const command: Command = {
  usage: "test [quick|unit|e2e|soak|all] [--repeat N] [--yes]",
  description:
    "unit:  compiler, lint, format, and the tests that need nothing but this checkout\n" +
    "quick: unit, shellcheck over every script, and the Go tests where the toolchain was built\n" +
    "       here; three minutes\n" +
    "e2e:   a lab in a clone of its own, from `up` to `reset`, with a few of each of soak's\n" +
    "       trials; needs Docker\n" +
    "soak:  an `up` cut off at random points, app nodes rebooted under a prober; needs Docker\n" +
    "all:   quick, then e2e (default). The last line says: N passed, N failed, N skipped",
  options: {
    repeat: { type: "string", value: "N", help: "soak: trials of each kind (default: 20)" },
    yes: { ...yesOption, help: "install missing packages without asking" },
  },
  maxArgs: 1,
  words: suites,
  passesThrough: true,
  async run(context) {
    const suite = (context.args[0] ?? "all") as Suite;
    if (!suites.includes(suite)) {
      throw new UsageError(unknownWord("suite", suite, suites));
    }
    const repeat = integerOption("--repeat", context.options.repeat, {
      min: 1,
      max: 1000,
      default: 20,
    });
    const wants = (part: Suite) => suite === part || (suite === "all" && part !== "soak");
    const parts: Counts[] = [];
    const quick = suite === "quick" || suite === "all";
    if (quick || suite === "unit") parts.push(...(await unit(context, quick)));
    let go = quick ? await goTests(context) : undefined;
    if (wants("e2e")) parts.push(await withDocker(context, ".mocharc.e2e.json"));
    // A new machine has built the toolchain by now.
    if (suite === "all") go ??= await goTests(context);
    if (go) parts.push(go);
    if (wants("soak")) parts.push(await withDocker(context, ".mocharc.soak.json", repeat));
    const total = addCounts(parts);
    context.print(countsLine(total));
    return total.failed === 0 ? 0 : 1;
  },
};

/** The checks of the sources, and beside them the tests: each keeps one core busy. */
async function unit(context: CommandContext, scripts: boolean): Promise<Counts[]> {
  await brought(
    context,
    "haproxy",
    "configurations are not tried in HAProxy here, only in the lab",
  );
  const lanes = await Promise.all([sourceChecks(context, scripts), mocha(context, [])]);
  return lanes.flat();
}

async function sourceChecks(context: CommandContext, scripts: boolean): Promise<Counts[]> {
  const checks: [title: string, words: string[]][] = [
    ["typecheck", ["typescript/bin/tsc", "-p", "."]],
    ["typecheck of the pages", ["typescript/bin/tsc", "-p", "observer/view/client"]],
    ["lint", ["eslint/bin/eslint.js", ".", "--max-warnings=0"]],
    ["format", ["prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."]],
  ];
  const counts: Counts[] = [];
  for (const [title, words] of checks) counts.push(await check(context, title, words));
  if (scripts) counts.push(await shellcheck(context));
  return counts;
}

async function shellcheck(context: CommandContext): Promise<Counts> {
  if (!(await brought(context, "shellcheck", "scripts are not checked"))) {
    return { passed: 0, failed: 0, skipped: 1 };
  }
  return check(context, "shellcheck", ["tsx/dist/cli.mjs", "tests/support/shellcheckScripts.ts"]);
}

/** Brings a program for the tests where that can be done without a question; false where it cannot. */
async function brought(
  context: CommandContext,
  program: Program,
  without: string,
): Promise<boolean> {
  if (inPath(program)) return true;
  try {
    await bringer(context.yes)([program], `${program} is missing`, () => undefined);
    return true;
  } catch (error) {
    context.progress.warn(`${without}: ${(error as Error).message}`);
    return false;
  }
}

/** Undefined where there is no Go to run them with. */
async function goTests(context: CommandContext): Promise<Counts | undefined> {
  context.progress.info("… Go tests");
  const done = await runGoTests(context.paths);
  if (!done) {
    context.progress.info("  not run: the toolchain was not built on this machine");
    return undefined;
  }
  if (done.failed > 0) context.progress.info(done.output);
  return { passed: done.passed, failed: done.failed, skipped: 0 };
}

/** A run that needs labs ends Docker's daemon when it was what started it. */
async function withDocker(
  context: CommandContext,
  config: string,
  repeat?: number,
): Promise<Counts> {
  const { paths } = context;
  const daemonWasOurs = startedDaemonRuns(paths);
  await ensurePrerequisites(paths, context.progress, context.yes);
  const env: Record<string, string> = repeat ? { [repeatVariable]: String(repeat) } : {};
  try {
    return await mocha(context, ["--config", config], env);
  } finally {
    if (!daemonWasOurs) await stopStartedDaemon(paths);
  }
}

/** A check that passes or fails as a whole counts as one test. */
async function check(context: CommandContext, title: string, words: string[]): Promise<Counts> {
  const passed = (await runScript(context, words)) === 0;
  // The tests write beside it: one line that says it all.
  context.progress.info(`${passed ? "passed" : "FAILED"}: ${title}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

async function mocha(
  context: CommandContext,
  words: string[],
  env: Record<string, string> = {},
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "homelab-counts-"));
  const file = join(folder, "counts.json");
  try {
    const reporter = ["--reporter", join(context.paths.root, "cli/testing/countingReporter.ts")];
    const status = await runScript(context, ["mocha/bin/mocha.js", ...words, ...reporter], {
      ...env,
      [countsVariable]: file,
    });
    return mochaCounts(existsSync(file) ? readFileSync(file, "utf8") : undefined, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script of an installed package with this very Node.js. */
function runScript(
  context: CommandContext,
  [script, ...args]: string[],
  env: Record<string, string> = {},
): Promise<number> {
  const { root } = context.paths;
  return runAttached(process.execPath, [join(root, "node_modules", script!), ...args], {
    cwd: root,
    env,
  });
}
