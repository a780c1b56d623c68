import { parameterError, PveError } from "../errors";
import type { ParamSchema } from "../contract";
import { verify, type Verified } from "../http/verify";

/** What a call of `pct` consists of. */
export interface Call {
  /** Words that belong to no option, in their order. */
  words: string[];
  /** Values by option name; an option may be given more than once. */
  options: Map<string, string[]>;
}

/**
 * Sorts words into options and others: `--memory 512`, `--memory=512`, `-memory 512`; a boolean may
 * stand alone.
 */
export function parseCall(args: string[], isFlag: (name: string) => boolean): Call {
  const words: string[] = [];
  const options = new Map<string, string[]>();
  for (let n = 0; n < args.length; n++) {
    const match = /^--?([a-zA-Z][\w-]*)(?:=(.*))?$/s.exec(args[n]!);
    if (!match) {
      words.push(args[n]!);
      continue;
    }
    const name = match[1]!;
    let value = match[2];
    const next = args[n + 1];
    const alone =
      isFlag(name) && (next === undefined || !/^(?:[01]|on|off|yes|no|true|false)$/i.test(next));
    if (value === undefined && alone) value = "1";
    else if (value === undefined) {
      value = next ?? "";
      n++;
    }
    if (isFlag(name))
      value = /^(?:1|on|yes|true)$/i.test(value)
        ? "1"
        : /^(?:0|off|no|false)$/i.test(value)
          ? "0"
          : value;
    options.set(name, [...(options.get(name) ?? []), value]);
  }
  return { words, options };
}

/** @throws with Proxmox's text when a word is no CT id. */
export function vmidOf(word: string | undefined): number {
  if (word === undefined)
    throw parameterError({ vmid: "property is missing and it is not optional" });
  if (!/^[1-9]\d{2,8}$/.test(word))
    throw parameterError({ vmid: "invalid format - value does not look like a valid VM ID" });
  return Number(word);
}

/** Checks a call's options as the API checks its parameters. */
export function verifyCall(
  call: Call,
  positional: Record<string, string>,
  schema: {
    params: Record<string, ParamSchema>;
    patterns?: { match: RegExp; schema: ParamSchema }[];
  },
): Verified {
  const raw = new Map(
    [...call.options].map(([name, values]) => [name, values.filter((value) => value !== "")]),
  );
  return verify(schema, positional, raw);
}

/** An error as Proxmox's command-line tools print it. */
export function errorText(error: unknown): string {
  if (error instanceof PveError && error.errors) {
    const details = Object.entries(error.errors).map(
      ([name, text]) => `${name}: ${text.trimEnd()}`,
    );
    return [`${error.status} ${error.message}`, ...details].join("\n");
  }
  return error instanceof Error ? error.message : String(error);
}
