/** Version of the shape that every `--json` document has; a change that readers must know of raises it. */
export const DOCUMENT_VERSION = 1;

/**
 * The one document that a command prints with `--json`: `version`, `ok` (its exit status is 0), and what the
 * command has to say, which are fields of its own or, where it speaks to people only, its `lines`.
 */
export function resultDocument(printed: readonly string[], status: number): string {
  const head = { version: DOCUMENT_VERSION, ok: status === 0 };
  const own = objectOf(printed.join("\n"));
  const body = own ?? {
    lines: printed
      .join("\n")
      .split("\n")
      .filter((line) => line !== ""),
  };
  return JSON.stringify({ ...head, ...body }, undefined, 2);
}

/** The document of a command that failed; its own words have the same place in each. */
export function failureDocument(message: string, kind: "usage" | "failure"): string {
  return JSON.stringify({ version: DOCUMENT_VERSION, ok: false, error: { message, kind } });
}

function objectOf(text: string): object | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
