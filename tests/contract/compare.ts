import type { RecordedCase } from "./cases";

/** What came back from the node under test. */
export interface Answer {
  status: number;
  reason: string;
  json: { data?: unknown; errors?: Record<string, string>; message?: string };
}

/**
 * How an answer stands beside the recorded one: alike in status, reason, texts and shape of the data; alike
 * in status alone; another status; or an endpoint that the node does not have.
 */
export type Verdict = "exact" | "status" | "different" | "absent";

export function compare(recorded: RecordedCase["answer"], answer: Answer): Verdict {
  if (answer.status === 501 && recorded.status !== 501) return "absent";
  if (answer.status !== recorded.status) return "different";
  const same =
    answer.reason === recorded.reason &&
    sameErrors(recorded.body?.errors, answer.json.errors) &&
    (recorded.status !== 200 || shape(recorded.body?.data) === shape(answer.json.data));
  return same ? "exact" : "status";
}

function sameErrors(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const sorted = (errors: Record<string, string>) => JSON.stringify(Object.entries(errors).sort());
  return sorted(a) === sorted(b);
}

/** Types and keys without values: figures and names differ from node to node. */
function shape(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.length > 0 ? shape(value[0]) : ""}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${key}:${shape(item)}`).join()}}`;
  }
  // Figures are recorded as placeholders.
  if (value === "<number>") return "number";
  return value === "<bool>" ? "boolean" : typeof value;
}
