/** One word for a POSIX shell, whatever it contains. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_/:=.,@%+-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

export interface FileText {
  path: string;
  text: string;
  /** Octal permissions. @default "0644" */
  mode?: string;
}

/** A command that writes a file of known text in one move, so that no reader sees half of it. */
export function writeFileCommand({ path, text, mode = "0644" }: FileText): string {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const to = shellQuote(path);
  return [
    `mkdir -p ${shellQuote(folder)}`,
    `printf '%s' ${shellQuote(text)} > ${to}.tmp`,
    `chmod ${mode} ${to}.tmp`,
    `mv ${to}.tmp ${to}`,
  ].join("\n");
}

/** A script for a root shell of bash: stops at the first error and at unset variables. */
export function script(...parts: string[]): string {
  return ["set -euo pipefail", ...parts].join("\n");
}
