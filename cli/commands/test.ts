import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAttached } from "../core/attached";
import { type Command, type CommandContext, UsageError, yesOption } from "../core/command";
import { ensurePrerequisites } from "../prerequisites";
import { startedDaemonRuns, stopStartedDaemon } from "../prerequisites/dockerDaemon";
import { addCounts, type Counts, countsLine, mochaCounts } from "../testing/counts";
import { countsVariable } from "../testing/countsVariable";

const suites = ["unit", "e2e", "all"] as const;
type Suite = (typeof suites)[number];

export const command: Command = {
  usage: "test [unit|e2e|all] [--yes]",
  description:
    "unit: compiler, lint, format, and the tests that need nothing but this checkout\n" +
    "e2e:  a lab in a clone of its own, from `up` to `reset`; needs Docker\n" +
    "all:  both (default). The last line says: N passed, N failed, N skipped",
  options: { yes: { ...yesOption, help: "install missing packages without asking" } },
  maxArgs: 1,
  async run(context) {
    const suite = (context.args[0] ?? "all") as Suite;
    if (!suites.includes(suite)) {
      throw new UsageError(
        `lab test: unknown suite ${JSON.stringify(suite)}; allowed are ${suites.join(", ")}`,
      );
    }
    const parts: Counts[] = [];
    if (suite !== "e2e") parts.push(...(await unit(context)));
    if (suite !== "unit") parts.push(await endToEnd(context));
    const total = addCounts(parts);
    context.print(countsLine(total));
    return total.failed === 0 ? 0 : 1;
  },
};

async function unit(context: CommandContext): Promise<Counts[]> {
  return [
    await check(context, "typecheck", ["typescript/bin/tsc", "-p", "."]),
    await check(context, "lint", ["eslint/bin/eslint.js", ".", "--max-warnings=0"]),
    await check(context, "format", [
      "prettier/bin/prettier.cjs",
      "--check",
      "--log-level=warn",
      ".",
    ]),
    await mocha(context, []),
  ];
}

/** The end-to-end run ends Docker's daemon when it was what started it. */
async function endToEnd(context: CommandContext): Promise<Counts> {
  const { paths } = context;
  const daemonWasOurs = startedDaemonRuns(paths);
  await ensurePrerequisites(paths, context.progress, context.yes);
  try {
    return await mocha(context, ["--config", ".mocharc.e2e.json"]);
  } finally {
    if (!daemonWasOurs) await stopStartedDaemon(paths);
  }
}

/** A check that passes or fails as a whole counts as one test. */
async function check(context: CommandContext, title: string, words: string[]): Promise<Counts> {
  context.progress.info(`… ${title}`);
  const passed = (await runScript(context, words)) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

async function mocha(context: CommandContext, words: string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "homelab-counts-"));
  const file = join(folder, "counts.json");
  try {
    const reporter = ["--reporter", join(context.paths.root, "cli/testing/countingReporter.ts")];
    const status = await runScript(context, ["mocha/bin/mocha.js", ...words, ...reporter], {
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
