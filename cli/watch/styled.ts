/** How text looks on a terminal. */
export type Style = "plain" | "soft" | "bold" | "good" | "warn" | "bad" | "alarm" | `t${number}`;

/** Text of one style; a line is some of them. */
export type Piece = readonly [text: string, style: Style];
export type Line = readonly Piece[];

const CODES: Record<string, string> = {
  plain: "",
  soft: "2",
  bold: "1",
  good: "32",
  warn: "33",
  bad: "1;31",
  // White on red: a stack that is not the embedded lab.
  alarm: "1;37;41",
};

/** One colour a target, the same as its number; red is for what is bad. */
const TARGETS = ["36", "33", "35", "34", "32", "96"];

/** A line for the terminal, no wider than it is. */
export function rendered(line: Line, width: number, colour: boolean): string {
  let room = width;
  let text = "";
  for (const [words, style] of line) {
    const part = [...words].slice(0, room).join("");
    room -= [...part].length;
    const code = style.startsWith("t")
      ? TARGETS[Number(style.slice(1)) % TARGETS.length]!
      : CODES[style]!;
    text += colour && code !== "" && part !== "" ? `\x1b[${code}m${part}\x1b[0m` : part;
  }
  return text;
}

/** Text on lines of at most that width, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
