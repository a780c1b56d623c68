import { parseArgs } from "node:util";
import { remedyFor } from "./suggest";
import type { LabPaths } from "../../system/labPaths";
import type { Progress } from "../../system/progress";

/** An option of one command: `--name` or `--name VALUE`, with the line `--help` shows for it. */
export interface OptionSpec {
  type: "boolean" | "string";
  short?: string;
  /** Name of the value in help; only for `type: "string"`. */
  value?: string;
  help: string;
}

/** What a command gets to work with. */
export interface CommandContext {
  paths: LabPaths;
  progress: Progress;
  /** Stack to work on. */
  stack: string;
  /** `--json`: standard output holds exactly one JSON document. */
  json: boolean;
  /** `--yes`: questions are answered with yes. */
  yes: boolean;
  options: Record<string, string | boolean | undefined>;
  /** What is neither option nor behind `--`. */
  args: string[];
  /** What follows `--`, untouched. */
  rest: string[];
  /** Prints one line on standard output. */
  print(line: string): void;
}

/** One command of `./lab`. */
export interface Command {
  /** How it is called, for `--help`. */
  usage: string;
  /** What it does, as paragraphs of at most 90 columns. */
  description: string;
  options?: Record<string, OptionSpec>;
  /** Most arguments that are not options; more are refused. @default 0 */
  maxArgs?: number;
  /** Words that its arguments may be, for a shell that completes them. @default - none are known */
  words?: readonly string[];
  /** Its output is another program's, so that `--json` has no meaning. @default false */
  passesThrough?: boolean;
  /** Accepts words after `--`. @default false */
  takesRest?: boolean;
  /** Returns the exit status. */
  run(context: CommandContext): Promise<number>;
}

/** A call that cannot be understood; exit status 2. */
export class UsageError extends Error {}

/** Options every command has. */
export const commonOptions: Record<string, OptionSpec> = {
  stack: {
    type: "string",
    value: "NAME",
    help: "stack to work on (default: dev, or that of ./lab use)",
  },
  help: { type: "boolean", short: "h", help: "this text" },
};

/** Options several commands share; a command names the ones it understands. */
export const jsonOption: OptionSpec = { type: "boolean", help: "one JSON document on stdout" };
export const yesOption: OptionSpec = { type: "boolean", short: "y", help: "ask nothing" };

export const allowOutageOption: OptionSpec = {
  type: "boolean",
  help: "change the only app node too, which stops the service meanwhile",
};

/** Every option that a command understands, with those that all of them have. */
export function optionsOf(command: Command): Record<string, OptionSpec> {
  const json: Record<string, OptionSpec> = command.passesThrough ? {} : { json: jsonOption };
  return { ...json, ...command.options, ...commonOptions };
}

/** The words of a call, sorted. */
export interface ParsedCall {
  options: Record<string, string | boolean | undefined>;
  args: string[];
  rest: string[];
}

/**
 * Sorts the words that follow a command's name.
 *
 * @throws UsageError when an option is unknown or lacks its value, or there are too many words.
 */
export function parseCall(name: string, command: Command, words: string[]): ParsedCall {
  const at = words.indexOf("--");
  const own = at < 0 ? words : words.slice(0, at);
  const rest = at < 0 ? [] : words.slice(at + 1);
  const specs = optionsOf(command);
  const config = Object.fromEntries(
    Object.entries(specs).map(([key, { type, short }]) => [key, { type, ...(short && { short }) }]),
  );
  let values: Record<string, string | boolean | undefined>;
  let args: string[];
  try {
    const parsed = parseArgs({ args: own, options: config, allowPositionals: true, strict: true });
    values = parsed.values;
    args = parsed.positionals;
  } catch (error) {
    const said = (error as Error).message
      .split(". ")[0]!
      .replace(/^Unknown/, "unknown")
      .replace(
        /^Option '(?:-\w, )?(\S+?)(?: <\w+>)?' argument (?:missing|is ambiguous)$/,
        (_, option: string) => `${option.replace(/^--(\w)$/, "-$1")} needs a value`,
      );
    const unknown = /^unknown option '--?([\w-]+)'$/.exec(said)?.[1];
    const remedy = remedyFor(unknown ?? "", Object.keys(specs), `./lab ${name} --help`);
    throw new UsageError(`lab ${name}: ${said}; ${unknown ? remedy : `see ./lab ${name} --help`}`, {
      cause: error,
    });
  }
  const maxArgs = command.maxArgs ?? 0;
  if (!values.help && args.length > maxArgs) {
    const extra = args.slice(maxArgs).map((word) => JSON.stringify(word));
    throw new UsageError(
      `lab ${name}: too many arguments, got ${extra.join(" ")}; see ./lab ${name} --help`,
    );
  }
  if (!values.help && rest.length > 0 && !command.takesRest) {
    throw new UsageError(`lab ${name}: takes nothing after "--"; see ./lab ${name} --help`);
  }
  if (values.stack !== undefined && !/^[A-Za-z0-9_.-]{1,100}$/.test(String(values.stack))) {
    throw new UsageError(
      `lab ${name}: --stack must be a stack name, got ${JSON.stringify(values.stack)}; ` +
        "letters, digits, hyphen, underscore and dot are allowed",
    );
  }
  return { options: values, args, rest };
}

/** A whole number from an option. @throws UsageError when it is none or out of range. */
export function integerOption(
  name: string,
  value: string | boolean | undefined,
  range: { min: number; max: number; default: number },
): number {
  if (value === undefined) return range.default;
  const number = Number(value);
  if (!Number.isInteger(number) || number < range.min || number > range.max) {
    throw new UsageError(
      `${name}: must be a whole number from ${range.min} to ${range.max}, got ${JSON.stringify(value)}`,
    );
  }
  return number;
}
