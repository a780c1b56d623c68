import type { Call } from "./types";
import type { Shell } from "./types";
import { readFile } from "./redirections";
import { absolute } from "./judgedPaths";
import { ANY, isKnown, outcome, SEGMENT, type Outcome } from "./values";

/** Output of what scripts write files with, and what `cmp` says of them; undefined for other programs. */
export function printed(call: Call, shell: Shell): Outcome | undefined {
  const { name, args } = call;
  switch (name) {
    case "echo":
      return outcome(true, echoed(args));
    case "printf":
      return outcome(true, formatted(args[0] === "--" ? args.slice(1) : args));
    case "hostname":
      return args.length === 0 ? outcome(true, SEGMENT) : undefined;
    case "cmp":
      return compared(call, shell);
    default:
      return undefined;
  }
}

function echoed(args: string[]): string | undefined {
  if (args.includes("-e") && args.some((arg) => arg.includes("\\"))) {
    const plain = args.filter((arg) => !/^-[ne]+$/.test(arg)).join(" ");
    return `${plain.replaceAll("\\n", "\n").replaceAll("\\t", "\t")}\n`;
  }
  const text = args.filter((arg) => !/^-[nE]+$/.test(arg)).join(" ");
  return args[0] === "-n" ? text : `${text}\n`;
}

function formatted([format = "", ...values]: string[]): string | undefined {
  if (!isKnown(format)) return undefined;
  const unescaped = format.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
  if (!unescaped.includes("%")) return unescaped;
  if (!/^(%s|[^%])*$/.test(unescaped)) return undefined;
  // The format is used again until all values are printed.
  const slots = unescaped.split("%s").length - 1;
  let text = "";
  for (let i = 0; i < Math.max(values.length, 1); i += slots) {
    let next = i;
    text += unescaped.replaceAll("%s", () => values[next++] ?? "");
  }
  return text;
}

/** `cmp -s A B`: when it holds, the file that is not known has the other's text. */
function compared({ operands, stdin }: Call, shell: Shell): Outcome {
  const [first = "-", second = "-"] = operands.length < 2 ? ["-", ...operands] : operands;
  const textOf = (path: string) => (path === "-" ? stdin : readFile(path, shell));
  const [a, b] = [textOf(first), textOf(second)];
  const fact = (path: string, text: string) => ({
    ...outcome(undefined, ""),
    ifTrue: path === "-" ? [] : [{ path: absolute(path, shell.machine.folder), text }],
  });
  const isSure = (text: string | undefined): text is string =>
    text !== undefined && !text.includes(ANY);
  if (isSure(a) && isSure(b)) return outcome(a === b, "");
  if (isSure(a)) return fact(second, a);
  if (isSure(b)) return fact(first, b);
  return outcome(undefined, "");
}
