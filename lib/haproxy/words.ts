/** Words of a haproxy.cfg that hold what users gave. */

/** A text as one word: quoted, with what HAProxy would read in it escaped. */
export function quoted(text: string): string {
  const escaped = text
    .replace(/["\\$]/g, "\\$&")
    .replaceAll("\r", "\\r")
    .replaceAll("\n", "\\n");
  return `"${escaped}"`;
}

/** The same, where HAProxy reads `%` as the beginning of a variable. */
export const inFormat = (text: string): string => text.replaceAll("%", "%%");

/**
 * The regular expression, as one word, for a whole text with the wildcards `*` (any characters) and `?` (one).
 * Whatever is no letter and no digit is written as a number, so that nothing of it is read twice.
 */
export function wildcard(pattern: string): string {
  return `'^${wildcardPart(pattern)}$'`;
}

export function wildcardPart(pattern: string): string {
  return [...pattern]
    .map((char) => {
      if (char === "*") return ".*";
      if (char === "?") return ".";
      if (/[A-Za-z0-9]/.test(char)) return char;
      return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
    })
    .join("");
}

export const indented = (lines: readonly string[]): string =>
  lines.map((line) => `  ${line}`).join("\n");
