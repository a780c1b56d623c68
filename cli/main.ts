import { commands } from "./commands";
import { type Command, type CommandContext, parseCall, UsageError } from "./core/command";
import { commandPage, frontPage } from "./core/help";
import { labPaths } from "../system/labPaths";
import { consoleProgress } from "../system/progress";

/** Runs one call of `./lab` and returns its exit status. */
export async function main(words: string[]): Promise<number> {
  const [name, ...others] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(`${frontPage(commands)}\n`);
    return name === undefined ? 2 : 0;
  }
  const entry = commands.find((candidate) => candidate.name === name);
  if (!entry) {
    const kind = name.startsWith("-") ? "option" : "command";
    throw new UsageError(`lab: unknown ${kind} ${JSON.stringify(name)}; see ./lab --help`);
  }
  const { command } = await entry.load();
  const call = parseCall(name, command, others);
  if (call.options.help) {
    process.stdout.write(`${commandPage(command)}\n`);
    return 0;
  }
  return command.run(contextOf(command, call));
}

function contextOf(command: Command, call: ReturnType<typeof parseCall>): CommandContext {
  return {
    ...call,
    paths: labPaths(),
    progress: consoleProgress(),
    stack: typeof call.options.stack === "string" ? call.options.stack : "dev",
    json: call.options.json === true,
    yes: call.options.yes === true,
    print: (line) => void process.stdout.write(`${line}\n`),
  };
}

/** `error: …` for people; the stack and its causes when `HOMELAB_DEBUG` is set. */
function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: ${message}\n`);
  if (process.env.HOMELAB_DEBUG) console.error(error);
  return error instanceof UsageError ? 2 : 1;
}

// A reader that went away (`./lab status | head -1`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (status) => (process.exitCode = status),
    (error: unknown) => (process.exitCode = report(error)),
  );
}
