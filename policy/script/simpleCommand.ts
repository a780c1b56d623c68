import type { Assignment, Command, Word } from "unbash";
import { builtins } from "./builtins";
import { programs } from "./programs";
import { redirections } from "./redirections";
import { steered } from "./steering";
import type { Call, Shell } from "./types";
import { ANY, isKnown, outcome, type Outcome } from "./values";
import { unwrapped } from "./wrappers";
import { expandText, expandWord } from "./words";

export function simpleCommand(node: Command, shell: Shell): Outcome {
  const text = shell.textOf(node);
  const redirected = redirections(node.redirects, shell);
  const { stdin } = redirected;
  const own = node.prefix.filter((one): one is Assignment => one.type === "Assignment");
  if (!node.name) {
    for (const one of own) assign(one, shell, text);
    redirected.write("");
    return outcome(true, "");
  }
  for (const one of own) {
    if (one.name !== "IFS") steered(one.name, valueOf(one, shell), shell, text);
  }
  const words = [
    ...expandWord(node.name, shell),
    ...node.args.flatMap((one) => argument(one, shell)),
  ];
  const result = runWords(words, { stdin, text }, shell);
  return { ...result, output: redirected.write(result.output) };
}

/** Runs a program, a function or a builtin by its words. */
export function runWords(
  words: string[],
  { stdin, text }: Pick<Call, "stdin" | "text">,
  shell: Shell,
): Outcome {
  const [program = "", ...args] = words;
  if (program === "") return outcome();
  if (!isKnown(program)) {
    shell.host.fault("script", text, "the name of the program cannot be known");
    return outcome();
  }
  shell.host.options.watch?.(words);
  const body = shell.functions.get(program);
  if (body) return callFunction(shell, body, args, text);
  const operands = args.filter((arg) => !arg.startsWith("-"));
  const name = program.slice(program.lastIndexOf("/") + 1);
  const call: Call = { program, name, args, operands, stdin, text };
  const inner = unwrapped(call, shell);
  if (inner)
    return runWords(inner, { stdin: inner.includes(ANY) ? undefined : stdin, text }, shell);
  return builtins(call, shell) ?? programs(call, shell);
}

function callFunction(
  shell: Shell,
  body: Parameters<Shell["node"]>[0],
  args: string[],
  text: string,
): Outcome {
  if (shell.depth > 12) {
    shell.host.fault("script", text, "a function calls itself again and again");
    return outcome();
  }
  const outer = shell.arguments;
  shell.arguments = args;
  shell.depth += 1;
  const result = shell.called(body);
  shell.depth -= 1;
  shell.arguments = outer;
  return result;
}

function argument(one: Word | Assignment, shell: Shell): string[] {
  if (one.type === "Word") return expandWord(one, shell);
  return [`${one.name}=${valueOf(one, shell)}`];
}

function valueOf({ value }: Assignment, shell: Shell): string {
  if (value.type === "Word") return expandText(value, shell);
  return value.elements.flatMap((word) => expandWord(word, shell)).join(" ");
}

export function assign(one: Assignment, shell: Shell, text: string): void {
  const value = valueOf(one, shell);
  steered(one.name, value, shell, text);
  const { variables } = shell.machine;
  const before = one.append ? (variables.get(one.name) ?? ANY) : "";
  variables.set(one.name, one.index ? ANY : before + value);
}
