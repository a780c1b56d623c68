import type { CompoundList, PipelineNode, SyntaxNode } from "unbash";
import { forbidden } from "./apt";
import { redirections } from "./redirections";
import type { Shell } from "./types";
import { simpleCommand } from "./simpleCommand";
import { ANY, negated, outcome, SEGMENT, type Outcome } from "./values";
import { expandText, expandWord } from "./words";

type Node<K extends SyntaxNode["type"]> = Extract<SyntaxNode, { type: K }>;
type Follow<K extends SyntaxNode["type"]> = (node: Node<K>, shell: Shell) => Outcome;

const nothing = () => outcome(true, "");

/** How each kind of command is followed; the others are not. */
export const NODES: { [K in SyntaxNode["type"]]?: Follow<K> } = {
  Command: simpleCommand,
  Pipeline: ({ commands, prefixes }, shell) => {
    let input = shell.stdin;
    let last = outcome(true, "");
    for (const node of commands) {
      last = shell.fed(node, input);
      input = last.output;
    }
    const isNegated = prefixes.some(({ type }) => type === "Negation");
    return isNegated ? { ...negated(last), output: last.output } : last;
  },
  AndOr: ({ commands, operators }, shell) => chain(commands, operators, shell),
  If: (node, shell) =>
    shell.either(compound(node.clause, shell), [
      () => compound(node.then, shell),
      () => otherwise(node.elif, node.else, shell),
    ]),
  For: ({ name, wordlist, body }, shell) => {
    const words = wordlist?.flatMap((word) => expandWord(word, shell)) ?? shell.arguments;
    return loop(name.value, words, body, shell);
  },
  While: ({ clause, body, kind }, shell) => {
    const condition = { ...compound(clause, shell), succeeded: undefined };
    return shell.either(condition, [() => compound(body, shell), nothing], kind === "until");
  },
  Case: ({ word, items }, shell) => {
    expandText(word, shell);
    for (const { body } of items) shell.either(outcome(), [() => compound(body, shell), nothing]);
    return outcome();
  },
  Subshell: ({ body }, shell) => shell.inside(() => compound(body, shell)),
  BraceGroup: ({ body }, shell) => compound(body, shell),
  CompoundList: (node, shell) => compound(node, shell),
  Redirected: ({ command, redirects }, shell) => {
    const redirected = redirections(redirects, shell);
    const result = shell.fed(command, redirected.stdin);
    return { ...result, output: redirected.write(result.output) };
  },
  Function: ({ name, body }, shell) => {
    shell.functions.set(name.value, body);
    return nothing();
  },
  TestCommand: () => outcome(undefined, ""),
  ArithmeticCommand: () => outcome(undefined, ""),
};

const compound = ({ commands }: CompoundList, shell: Shell) => shell.list(commands);

function otherwise(
  [first, ...more]: readonly { clause: CompoundList; then: CompoundList }[],
  last: CompoundList | undefined,
  shell: Shell,
): Outcome {
  if (!first) return last ? compound(last, shell) : nothing();
  return shell.either(compound(first.clause, shell), [
    () => compound(first.then, shell),
    () => otherwise(more, last, shell),
  ]);
}

function chain(
  [first, ...rest]: readonly PipelineNode[],
  operators: readonly string[],
  shell: Shell,
): Outcome {
  let last = first ? shell.node(first) : nothing();
  for (const [i, node] of rest.entries()) {
    if (shell.machine.ended) break;
    const before = last;
    const isAnd = operators[i] === "&&";
    const skipped = () => outcome(!isAnd, "");
    let ran: Outcome | undefined;
    const run = () => (ran = shell.node(node));
    last = shell.either(before, isAnd ? [run, skipped] : [skipped, run]);
    // What both say holds when all of it is true; nothing is known of why it is false.
    if (isAnd) last = { ...last, ifTrue: [...before.ifTrue, ...(ran?.ifTrue ?? [])] };
  }
  return last;
}

const MAX_ROUNDS = 40;

/** A loop over known words is followed word by word; any other one may run once or not at all. */
function loop(name: string, words: readonly string[], body: CompoundList, shell: Shell): Outcome {
  forbidden(words, `for ${name} in ${words.join(" ")}`, shell);
  const round = (value: string) => () => {
    shell.machine.variables.set(name, value);
    return compound(body, shell);
  };
  const isUnsure = words.some((word) => word.includes(ANY) || word.includes(SEGMENT));
  if (isUnsure || words.length > MAX_ROUNDS) {
    for (const word of new Set(words)) shell.either(outcome(), [round(word), nothing]);
    return outcome();
  }
  for (const word of words) {
    if (shell.machine.ended) break;
    round(word)();
  }
  return outcome();
}
