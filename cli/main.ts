import { type LabPaths, labPaths } from "../system/labPaths";
import { consoleProgress } from "../system/progress";
import { installedParts } from "../toolchain";
import { commands } from "./commands";
import { type Command, type CommandContext, parseCall, UsageError } from "./core/command";
import { failureDocument, resultDocument } from "./core/document";
import { type CommandEntry, commandPage, frontPage } from "./core/help";
import { remedyFor } from "./core/suggest";
import { findName } from "./core/words";
import { labVersion } from "./lab/version";
import { usedStack } from "./stack/usedStack";
import { devStack } from "./stack/workingCopy";

/** Runs one call of `./lab` and returns its exit status. */
export async function main(all: string[]): Promise<number> {
  const { name, words } = findName(all);
  if (name === undefined) {
    const asked = words.includes("--help") || words.includes("-h");
    process.stdout.write(`${frontPage(commands)}\n`);
    return asked ? 0 : 2;
  }
  if (name === "--version") return showVersion();
  if (name === "help") return showHelp(words);
  const entry = entryOf(name);
  const { command } = await entry.load();
  const call = parseCall(name, command, words);
  if (call.options.help) {
    process.stdout.write(`${commandPage(command)}\n`);
    return 0;
  }
  return runCommand(command, call);
}

/** With `--json` what a command prints is held back until it ends: it is one document then. */
async function runCommand(command: Command, call: ReturnType<typeof parseCall>): Promise<number> {
  const context = contextOf(call);
  if (!context.json) return command.run(context);
  const printed: string[] = [];
  const status = await command.run({ ...context, print: (line) => void printed.push(line) });
  process.stdout.write(`${resultDocument(printed, status)}\n`);
  return status;
}

/** @throws UsageError for a name that no command has */
function entryOf(name: string): CommandEntry {
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const kind = name.startsWith("-") ? "option" : "command";
  const known = commands.map((candidate) => candidate.name);
  const remedy = remedyFor(name, known, "./lab --help");
  throw new UsageError(`lab: unknown ${kind} ${JSON.stringify(name)}; ${remedy}`);
}

/** `help` and `help COMMAND`. */
async function showHelp(words: string[]): Promise<number> {
  const [name, ...others] = words.filter((word) => !word.startsWith("-"));
  if (others.length > 0) throw new UsageError("lab help: takes one command; see ./lab --help");
  const text =
    name === undefined ? frontPage(commands) : commandPage((await entryOf(name).load()).command);
  process.stdout.write(`${text}\n`);
  return 0;
}

/** The lab's version, and those of Pulumi and its plugins as far as they are there. */
function showVersion(): number {
  const paths = labPaths();
  const parts = installedParts(paths).map(
    (part) => `${part.name} ${part.version} (${part.origin})`,
  );
  process.stdout.write(
    `${[`lab ${labVersion(paths)}`, `node ${process.version}`, ...parts].join("\n")}\n`,
  );
  return 0;
}

/** The stack of the call, or the one that was chosen with `./lab use`, which is said where it is not `dev`. */
function stackOf({ options }: ReturnType<typeof parseCall>, paths: LabPaths): string {
  if (typeof options.stack === "string") return options.stack;
  const stack = usedStack(paths);
  if (stack !== devStack) {
    const words = `stack ${stack}`;
    const shown = process.stderr.isTTY && !process.env.NO_COLOR ? `\x1b[31m${words}\x1b[0m` : words;
    process.stderr.write(`${shown} (./lab use ${devStack} goes back)\n`);
  }
  return stack;
}

function contextOf(call: ReturnType<typeof parseCall>): CommandContext {
  const paths = labPaths();
  return {
    ...call,
    paths,
    progress: consoleProgress(),
    stack: stackOf(call, paths),
    json: call.options.json === true,
    yes: call.options.yes === true,
    print: (line) => void process.stdout.write(`${line}\n`),
  };
}

/**
 * `error: …` for people, and with `--json` one document for programs; the stack and its causes when
 * `HOMELAB_DEBUG` is set.
 */
function report(error: unknown, words: readonly string[]): number {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof UsageError ? 2 : 1;
  const end = words.indexOf("--");
  if ((end < 0 ? words : words.slice(0, end)).includes("--json")) {
    process.stdout.write(`${failureDocument(message, status === 2 ? "usage" : "failure")}\n`);
  }
  process.stderr.write(`error: ${message}\n`);
  if (process.env.HOMELAB_DEBUG) console.error(error);
  return status;
}

// A reader that went away (`./lab status | head -1`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

if (require.main === module) {
  const words = process.argv.slice(2);
  main(words).then(
    (status) => (process.exitCode = status),
    (error: unknown) => (process.exitCode = report(error, words)),
  );
}
