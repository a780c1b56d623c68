export interface Redirect {
  /** `<`, `>`, `>>`, `<<`; file descriptors other than the standard ones are left out. */
  operator: string;
  target: string;
}

/** One simple command of a shell script. */
export interface Command {
  words: string[];
  redirects: Redirect[];
  /** Text of a here document. */
  input?: string;
  /** How the command hangs on the one before it. */
  after: ";" | "&&" | "||" | "|";
}

const CONNECTORS: Readonly<Record<string, Command["after"]>> = { "&&": "&&", "||": "||", "|": "|" };

interface Cursor {
  text: string;
  at: number;
}

/**
 * Splits a POSIX shell script into its simple commands, with quotes, comments, redirections and here
 * documents resolved. Expansions are kept as they are written: what depends on them is not known.
 */
export function parseScript(text: string): Command[] {
  const cursor = { text, at: 0 };
  const commands: Command[] = [];
  const waiting: { command: Command; end: string; tabs: boolean }[] = [];
  let current: Command = { words: [], redirects: [], after: ";" };

  const finish = (after: Command["after"]) => {
    if (current.words.length || current.redirects.length) commands.push(current);
    current = { words: [], redirects: [], after };
  };

  while (cursor.at < text.length) {
    const rest = text.slice(cursor.at, cursor.at + 3);
    if (/^\\\n/.test(rest)) cursor.at += 2;
    else if (/^[ \t\r]/.test(rest)) cursor.at += 1;
    else if (rest.startsWith("#")) skipTo(cursor, "\n");
    else if (rest.startsWith("\n")) {
      cursor.at += 1;
      finish(current.words.length ? ";" : current.after); // a line may end with && or |
      for (const { command, end, tabs } of waiting.splice(0)) {
        command.input = hereDocument(cursor, end, tabs);
      }
    } else {
      const operator = /^(&&|\|\||;;|[{}](?=[\s;&|)]|$)|[;&|()])/.exec(rest)?.[0];
      const redirect = /^\d*(<<-|<<<|<<|>>|>&|<&|>\||&>|<|>)/.exec(text.slice(cursor.at));
      if (redirect && !rest.startsWith("&&")) {
        cursor.at += redirect[0].length;
        const sign = redirect[1] ?? "";
        while (/[ \t]/.test(text[cursor.at] ?? "")) cursor.at += 1;
        const target = word(cursor);
        if (sign === "<<" || sign === "<<-") {
          waiting.push({ command: current, end: target, tabs: sign === "<<-" });
        } else if (sign === "<<<") current.input = `${target}\n`;
        else if (/^[01]?[<>]/.test(redirect[0])) current.redirects.push({ operator: sign, target });
      } else if (operator) {
        cursor.at += operator.length;
        finish(CONNECTORS[operator] ?? ";");
      } else current.words.push(word(cursor));
    }
  }
  finish(";");
  return commands;
}

/** One word with its quotes taken off. */
function word(cursor: Cursor): string {
  const { text } = cursor;
  let value = "";
  while (cursor.at < text.length) {
    const char = text[cursor.at] ?? "";
    if (/[\s;&|<>()]/.test(char)) break;
    cursor.at += 1;
    if (char === "'") value += quoted(cursor);
    else if (char === '"') value += doubleQuoted(cursor);
    else if (char === "$" && text[cursor.at] === "(") value += `$${substitution(cursor)}`;
    else if (char === "\\") {
      if (text[cursor.at] !== "\n") value += text[cursor.at] ?? "";
      cursor.at += 1;
    } else value += char;
  }
  return value;
}

function quoted(cursor: Cursor): string {
  const end = cursor.text.indexOf("'", cursor.at);
  const value = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
  cursor.at = end < 0 ? cursor.text.length : end + 1;
  return value;
}

function doubleQuoted(cursor: Cursor): string {
  const { text } = cursor;
  let value = "";
  while (cursor.at < text.length) {
    const char = text[cursor.at] ?? "";
    cursor.at += 1;
    if (char === '"') return value;
    if (char === "\\" && /["\\$`\n]/.test(text[cursor.at] ?? "")) {
      if (text[cursor.at] !== "\n") value += text[cursor.at] ?? "";
      cursor.at += 1;
    } else if (char === "$" && text[cursor.at] === "(") value += `$${substitution(cursor)}`;
    else value += char;
  }
  return value;
}

/** `(…)` of a command substitution, kept as text. */
function substitution(cursor: Cursor): string {
  const start = cursor.at;
  let depth = 0;
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] ?? "";
    cursor.at += 1;
    if (char === "'") quoted(cursor);
    else if (char === "(") depth += 1;
    else if (char === ")" && --depth === 0) break;
  }
  return cursor.text.slice(start, cursor.at);
}

function hereDocument(cursor: Cursor, end: string, tabs: boolean): string {
  const lines: string[] = [];
  while (cursor.at < cursor.text.length) {
    const start = cursor.at;
    skipTo(cursor, "\n");
    cursor.at += 1;
    const line = cursor.text.slice(start, cursor.at - 1).replace(tabs ? /^\t+/ : /^(?!)/, "");
    if (line === end) break;
    lines.push(line);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function skipTo(cursor: Cursor, char: string): void {
  const found = cursor.text.indexOf(char, cursor.at);
  cursor.at = found < 0 ? cursor.text.length : found;
}
