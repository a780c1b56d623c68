/** A section of a haproxy.cfg with its lines, each as its words. */
export interface Section {
  /** `global`, `defaults`, `frontend`, `backend`, `listen`, … */
  kind: string;
  name: string;
  lines: string[][];
  /** The `defaults` in force for it. */
  defaults: string[][];
}

const KINDS = new Set(
  (
    "global defaults frontend backend listen userlist peers resolvers mailers cache program " +
    "http-errors ring log-forward"
  ).split(" "),
);

/** Splits a haproxy.cfg into its sections; quotes, escapes and comments as HAProxy takes them. */
export function parseHaproxy(text: string): Section[] {
  const sections: Section[] = [];
  const named = new Map<string, string[][]>();
  let defaults: string[][] = [];
  for (const line of text.split("\n")) {
    const words = wordsOf(line);
    const [kind = "", name = "", ...more] = words;
    if (!kind) continue;
    if (!KINDS.has(kind)) {
      sections.at(-1)?.lines.push(words);
      continue;
    }
    const from = more.indexOf("from");
    const section: Section = {
      kind,
      name,
      lines: [],
      defaults: from < 0 ? defaults : (named.get(more[from + 1] ?? "") ?? defaults),
    };
    if (kind === "defaults") {
      defaults = section.lines;
      named.set(name, section.lines);
    }
    sections.push(section);
  }
  return sections;
}

/** True when a line of the section, or of its defaults, starts with these words. */
export function says(section: Section, ...words: string[]): boolean {
  const found = (lines: string[][]) => lines.some((line) => words.every((w, i) => line[i] === w));
  // `no option …` takes back what the defaults say.
  if (found(section.lines)) return true;
  return (
    found(section.defaults) && !section.lines.some((l) => l.join(" ") === `no ${words.join(" ")}`)
  );
}

/** Lines of the section that start with these words. */
export function linesOf(section: Section, ...words: string[]): string[][] {
  return section.lines.filter((line) => words.every((word, i) => line[i] === word));
}

function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i] ?? "";
    if (char === "\\" && quote !== "'") word = (word ?? "") + (line[(i += 1)] ?? "");
    else if (quote ? char === quote : char === '"' || char === "'") {
      quote = quote ? "" : char;
      word ??= "";
    } else if (!quote && char === "#") break;
    else if (!quote && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  return word === undefined ? words : [...words, word];
}
