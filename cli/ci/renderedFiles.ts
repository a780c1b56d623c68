/** A text that the program renders and that ends up as a file on a machine. */
export interface RenderedFile {
  path: string;
  text: string;
}

/** A word in single quotes as `shellQuote` writes it, or one that needs none. */
const WORD = String.raw`(?:'(?:[^']|'\\'')*'|[A-Za-z0-9_/:=.,@%+-]+)`;

/** What `writeFileCommand` makes of a file. */
const WRITES = new RegExp(
  String.raw`mkdir -p ${WORD}\nprintf '%s' (${WORD}) > (${WORD})\.tmp\nchmod \d+ ${WORD}\.tmp\nmv ${WORD}\.tmp ${WORD}`,
  "g",
);

const unquoted = (word: string) =>
  word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;

/** The files that a script writes. */
export function filesOfScript(script: string): RenderedFile[] {
  return [...script.matchAll(WRITES)].map(([, text = "", path = ""]) => ({
    path: unquoted(path),
    text: unquoted(text),
  }));
}

/** A script with the path of a file in place of its text, which is shown apart. */
export function scriptAlone(script: string): string {
  return script.replace(WRITES, (_, _text: string, path: string) => `(writes ${unquoted(path)})`);
}
