/** Edits (a letter more, less or other) that turn one word into the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const other = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + other));
    }
    row = next;
  }
  return row[to.length]!;
}

/** The word that was probably meant: one that begins like it, or is a slip or two away. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((one) => ({ one, edits: distance(word, one) }))
    .filter(({ one, edits }) => edits <= Math.ceil(one.length / 3))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.one ?? (word.length > 1 ? known.find((one) => one.startsWith(word)) : undefined);
}

/** What to do about an unknown word: the one that was probably meant, else where the known ones are. */
export function remedyFor(word: string, known: readonly string[], help: string): string {
  const meant = suggest(word, known);
  return meant === undefined ? `see ${help}` : `did you mean ${meant}? See ${help}`;
}

/** The words of a list as a sentence has them: `a, b or c`. */
export function eitherOf(words: readonly string[]): string {
  const [last, ...others] = [...words].reverse();
  return others.length === 0 ? (last ?? "") : `${others.reverse().join(", ")} or ${last}`;
}

/** The refusal of a word that is not among the known ones: `unknown benchmark "xx"; choose lb or up`. */
export function unknownWord(what: string, got: string, known: readonly string[]): string {
  const meant = suggest(got, known);
  const choice = `hoose ${eitherOf(known)}`;
  const remedy = meant === undefined ? `c${choice}` : `did you mean ${meant}? C${choice}`;
  return `unknown ${what} ${JSON.stringify(got)}; ${remedy}`;
}

/** The refusal of a call that lacks a word: `the name of an experiment is missing; choose hang or drain`. */
export const missingWord = (what: string, known: readonly string[]): string =>
  `${what} is missing; choose ${eitherOf(known)}`;
