import { readFile } from "./redirections";
import { assignments } from "./assignments";
import type { Call } from "./types";
import type { Shell } from "./types";
import { ANY, isKnown, outcome, type Outcome } from "./values";
import { absolute } from "./judgedPaths";

const QUIET = new Set(
  "set shopt umask ulimit wait break continue getopts type times jobs disown let".split(" "),
);
const REFUSED: Readonly<Record<string, string>> = {
  alias: "a program can have another meaning afterwards",
  enable: "a builtin can have another meaning afterwards",
  hash: "a program can have another meaning afterwards",
  pushd: "the folder is not followed",
  popd: "the folder is not followed",
  bind: "it is not followed",
  complete: "it is not followed",
  mapfile: "it is not followed",
  readarray: "it is not followed",
  coproc: "it is not followed",
};

/** What the shell does itself; undefined for other programs. */
export function builtins(call: Call, shell: Shell): Outcome | undefined {
  const { name, program, args, operands, text } = call;
  const { machine, host } = shell;
  if (program.includes("/")) return undefined;
  if (QUIET.has(name)) return outcome(true, "");
  const refused = REFUSED[name];
  if (refused) {
    host.fault("script", text, refused);
    return outcome();
  }
  switch (name) {
    case ":":
    case "true":
      return outcome(true, "");
    case "false":
      return outcome(false, "");
    case "exit":
      machine.ended = (args[0] ?? "0") === "0" ? "succeeded" : "failed";
      return outcome(true, "");
    case "return":
      machine.ended = "returned";
      return outcome(args[0] === undefined ? undefined : args[0] === "0", "");
    case "cd":
      machine.folder = absolute(operands[0] ?? "/root", machine.folder);
      return outcome(undefined, "");
    case "export":
    case "local":
    case "readonly":
    case "declare":
    case "typeset":
      return assignments(call, shell);
    case "unset":
      for (const one of operands) {
        machine.variables.delete(one);
        if (args.includes("-f")) shell.functions.delete(one);
      }
      return outcome(true, "");
    case "read":
      for (const one of operands) machine.variables.set(one, ANY);
      return outcome(undefined, "");
    case "shift":
      shell.arguments = shell.arguments.slice(1);
      return outcome(true, "");
    case "trap":
      if (!isKnown(args[0] ?? "")) host.fault("script", text, "what it runs cannot be known");
      else shell.trap(args[0] ?? "");
      return outcome(true, "");
    case "eval":
      return runText(args.join(" "), call, shell);
    case ".":
    case "source":
      return runText(readFile(operands[0] ?? ANY, shell), call, shell);
    case "test":
    case "[":
      return compared(name === "[" ? args.slice(0, -1) : args);
    case "[[":
      return outcome(undefined, "");
    default:
      return undefined;
  }
}

/** Runs a text in this shell; one that is not known is a fault. */
export function runText(text: string | undefined, call: Call, shell: Shell): Outcome {
  if (text !== undefined && isKnown(text)) return shell.run(text);
  shell.host.fault("script", call.text, "the script that it runs cannot be known");
  return outcome();
}

function compared([first = "", operator = "", second, ...more]: string[]): Outcome {
  const known = (value: boolean, ...of: string[]) =>
    outcome(of.every(isKnown) ? value : undefined, "");
  if (more.length > 0) return outcome(undefined, "");
  if (second === undefined) {
    if (first === "-n") return known(operator !== "", operator);
    if (first === "-z") return known(operator === "", operator);
    return outcome(undefined, "");
  }
  if (operator === "=" || operator === "==") return known(first === second, first, second);
  if (operator === "!=") return known(first !== second, first, second);
  return outcome(undefined, "");
}
