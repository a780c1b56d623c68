import { parse, type ParsedScript, type Word, type WordPart } from "unbash";
import { ANY, isKnown, SEGMENT } from "./values";

/** What the words of a script are expanded with. */
export interface Expansion {
  /** Undefined for a variable that the script has not set. */
  variable(name: string): string | undefined;
  /** Follows a command substitution; its output, or what stands for it. */
  output(script: ParsedScript | undefined): string;
  /** Follows a process substitution. */
  follow(script: ParsedScript | undefined): void;
}

/** A piece of a word: whether it is split at blanks, as unquoted expansions are. */
interface Piece {
  text: string;
  splits: boolean;
}

/** The words that a word of a script becomes. */
export function expandWord(word: Word, expansion: Expansion): string[] {
  const pieces = piecesOf(word, expansion);
  const words: string[] = [];
  let current: string | undefined;
  for (const { text, splits } of pieces) {
    if (!splits) {
      current = (current ?? "") + text;
      continue;
    }
    const [first = "", ...rest] = text.split(/\s+/);
    if (first !== "" || rest.length > 0) current = (current ?? "") + first;
    for (const next of rest) {
      if (current) words.push(current);
      current = next === "" ? undefined : next;
    }
  }
  if (current !== undefined) words.push(current);
  return words;
}

/** The word as one text, as in an assignment or after a redirection. */
export function expandText(word: Word, expansion: Expansion): string {
  return piecesOf(word, expansion)
    .map(({ text }) => text)
    .join("");
}

/** Text of a here document. */
export function expandParts(parts: readonly WordPart[], expansion: Expansion): string {
  return parts
    .flatMap((part) => partOf(part, expansion, true))
    .map(({ text }) => text)
    .join("");
}

/** Words of one line without expansions, as in the input of `iptables-restore`. */
export function plainWords(line: string): string[] {
  const nothing = { variable: () => undefined, output: () => ANY, follow: () => undefined };
  const command = parse(line).commands[0]?.command;
  if (command?.type !== "Command") return [];
  const words = [command.name, ...command.args].flatMap((one) =>
    one?.type === "Word" ? [one] : [],
  );
  return words.flatMap((one) => expandWord(one, nothing));
}

function piecesOf(word: Word, expansion: Expansion): Piece[] {
  if (!word.parts) return [{ text: word.value, splits: false }];
  return word.parts.flatMap((part) => partOf(part, expansion, false));
}

function partOf(part: WordPart, expansion: Expansion, quoted: boolean): Piece[] {
  const piece = (text: string, splits = false): Piece[] => [{ text, splits: splits && !quoted }];
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return piece(part.value);
    case "DoubleQuoted":
    case "LocaleString":
      return [
        { text: "", splits: false },
        ...part.parts.flatMap((inner) => partOf(inner, expansion, true)),
      ];
    case "SimpleExpansion":
      return piece(valueOf(part.text.slice(1), expansion), true);
    case "ParameterExpansion":
      return piece(parameter(part, expansion), true);
    case "CommandExpansion":
      return piece(expansion.output(part.script).replace(/\n+$/, ""), true);
    case "ArithmeticExpansion":
      return piece(SEGMENT);
    case "ProcessSubstitution":
      expansion.follow(part.script);
      return piece(`/dev/fd/${SEGMENT}`);
    case "Glob":
    case "ExtendedGlob":
      return piece(quoted ? part.text : SEGMENT);
    case "BraceExpansion":
      return piece(ANY);
  }
}

const valueOf = (name: string, expansion: Expansion) =>
  /^[?#$!_]$/.test(name) ? SEGMENT : (expansion.variable(name) ?? ANY);

function parameter(
  part: Extract<WordPart, { type: "ParameterExpansion" }>,
  expansion: Expansion,
): string {
  if (part.index) return ANY;
  if (part.prefix === "#") return SEGMENT;
  if (part.prefix) return ANY;
  const { operation } = part;
  const value = valueOf(part.parameter, expansion);
  if (!operation) return value;
  if (operation.type === "Default") {
    const other = expandText(operation.operand, expansion);
    if (operation.operator.endsWith("+")) return isKnown(value) && value !== "" ? other : ANY;
    const set = expansion.variable(part.parameter);
    return set === undefined || (operation.operator.startsWith(":") && set === "") ? other : set;
  }
  if (operation.type !== "Remove") return ANY;
  const start = expandText(operation.operand, expansion);
  if (operation.operator.startsWith("#") && isKnown(start) && value.startsWith(start)) {
    return value.slice(start.length);
  }
  return value.includes(ANY) || value.includes("/") ? ANY : SEGMENT;
}
