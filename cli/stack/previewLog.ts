import { explainError } from "./explainError";

/** Takes a preview line by line; `end` gives what was still held back. */
export interface PreviewLog {
  line: (line: string) => void;
  end: () => void;
}

/**
 * Pulumi's preview as it is worth having in a log: without the progress, each error once, and of each the
 * cause without the script, the options or the stack behind it. Where it has no terminal, Pulumi writes an
 * error in the row of its resource and again under "Diagnostics".
 */
export function previewLog(print: (line: string) => void): PreviewLog {
  let diagnostics = false;
  /** The lines of the error that is being read, without Pulumi's indentation. */
  let error: string[] | undefined;
  const end = () => {
    if (error === undefined) return;
    const [first = "", ...more] = explainError(error.join("\n")).split("\n");
    error = undefined;
    print(`${INDENT}error: ${first}`);
    for (const line of more) print(`${INDENT}  ${line}`);
  };
  return {
    line(line) {
      if (line.startsWith("Diagnostics:")) diagnostics = true;
      if (line.startsWith("@ ")) return;
      if (!diagnostics) return print(line.replace(rowError, "$1 error, see below"));
      const begins = diagnosticLine.exec(line);
      if (error !== undefined && !begins && !endOfError.test(line)) {
        error.push(line.startsWith(INDENT) ? line.slice(INDENT.length) : line);
        return;
      }
      end();
      if (begins?.[1] === "error") error = [begins[2] ?? ""];
      else print(line);
    },
    end,
  };
}

const INDENT = "    ";

/** A row: an operation's sign, type and name, state, and what was said last. */
const rowError = /^( [ +~-]{1,3} +\S+:\S+ .*?) +error: .*$/;

/** The first line of a diagnostic; the rest of its text follows as it is. */
const diagnosticLine = /^ {4}(error|warning|info|debug): (.*)$/;

/** The head of the next resource's diagnostics, `  type (name):`, or of the next section, `Resources:`. */
const endOfError = /^(?: {2}\S+ \(.*\):|[A-Z][a-z]+:)$/;
