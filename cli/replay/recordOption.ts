import { extname } from "node:path";
import { type OptionSpec, UsageError } from "../core/command";

/** Of the commands that look at a lab. */
export const RECORD_OPTION: OptionSpec = {
  type: "string",
  value: "FILE",
  help: "record all that is seen, for ./lab replay FILE (a new .jsonl file, at most 8 MB)",
};

/** The file, if one is wanted. @throws UsageError when its name says that it is of another kind */
export function recordOption(value: string | boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (extname(String(value)) === ".jsonl") return String(value);
  throw new UsageError(`--record: must end with .jsonl, got ${JSON.stringify(value)}`);
}
