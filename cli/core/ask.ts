import { createInterface } from "node:readline/promises";

/**
 * Asks on the terminal; `yes` answers without asking.
 *
 * @throws when there is nobody to ask: a script must say `--yes` itself.
 */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new Error(
      `${question} This cannot be asked, for standard input is no terminal; answer with --yes`,
    );
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}
