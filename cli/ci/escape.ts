/** Text of a pull request becomes text of a comment, never its markup, a link or a mention. */

/** Invisible, and between its neighbours no link, mention or reference is recognised. */
const GAP = "\u200b";

/** What is not shown but changes how the rest is shown. */
const CONTROL = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;

const clean = (text: string) => text.replace(CONTROL, "");

/** Plain words on one line. */
export function plainText(text: string): string {
  return clean(text)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]{}|~!]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[@#]/g, `$&${GAP}`)
    .replace(/:\/\//g, `:${GAP}//`)
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}${GAP}.`)
    .replace(/^(\s*)([-+=]|\d+[.)])/, `$1${GAP}$2`);
}

/** A name in code letters, on one line; `|` would end a table's cell. */
export function inlineCode(text: string): string {
  const line = clean(text).replace(/\s+/g, " ").replace(/\|/g, "¦");
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") || line.trim() === "" ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Lines as they are, in a block that nothing inside can end. */
export function codeBlock(text: string, language = ""): string {
  const body = clean(text);
  const fence = "`".repeat(Math.max(3, longestRun(body) + 1));
  return `${fence}${language}\n${body}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}
