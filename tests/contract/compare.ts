import type { RecordedCase } from "./cases";

/** What came back from the node under test. */
export interface Answer {
  status: number;
  reason: string;
  json: { data?: unknown; errors?: Record<string, string>; message?: string; success?: unknown };
  /** The body as it came. */
  text: string;
}

/**
 * How an answer stands beside the recorded one: alike in status, reason, texts and shape of the data; alike
 * in status alone; another status; or an endpoint that the node does not have.
 */
export type Verdict = "exact" | "status" | "different" | "absent";

export function compare(one: Pick<RecordedCase, "answer" | "keep">, answer: Answer): Verdict {
  const recorded = one.answer;
  if (answer.status === 501 && recorded.status !== 501) return "absent";
  if (answer.status !== recorded.status) return "different";
  const same =
    withoutSource(recorded.reason) === answer.reason &&
    sameErrors(recorded.body?.errors, answer.json.errors) &&
    (recorded.body?.success ?? answer.json.success) === answer.json.success &&
    (recorded.text === undefined || withoutSource(recorded.text) === answer.text) &&
    (recorded.status !== 200 || sameShape(recorded.body?.data, kept(answer.json.data, one.keep)));
  return same ? "exact" : "status";
}

/** A place in the real server's program is no part of its answer. */
const withoutSource = (text: string) => text.replace(/ at <SOURCE> line <N>\.?/g, "");

/** Lists were recorded without what else lived on the node. */
function kept(data: unknown, keep: RecordedCase["keep"]): unknown {
  if (!keep || !Array.isArray(data)) return data;
  const [key, pattern] = keep;
  return data.filter((item: Record<string, unknown>) => {
    const value = item[key];
    return typeof value === "string" || typeof value === "number"
      ? new RegExp(pattern).test(String(value))
      : false;
  });
}

function sameErrors(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const sorted = (errors: Record<string, string>) => JSON.stringify(Object.entries(errors).sort());
  return sorted(a) === sorted(b);
}

/** Alike in types and keys: figures and names differ from node to node. `<string>` stands for any figure. */
function sameShape(recorded: unknown, actual: unknown): boolean {
  if (recorded === null || recorded === undefined) return actual === null || actual === undefined;
  if (Array.isArray(recorded)) {
    if (!Array.isArray(actual)) return false;
    return recorded.length === 0 || actual.length === 0
      ? recorded.length === actual.length
      : actual.some((item) => recorded.some((wanted) => sameShape(wanted, item)));
  }
  if (typeof recorded === "object") {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return false;
    const wanted = Object.entries(recorded);
    const found = actual as Record<string, unknown>;
    return (
      wanted.length === Object.keys(found).length &&
      wanted.every(([key, value]) => Object.hasOwn(found, key) && sameShape(value, found[key]))
    );
  }
  if (recorded === "<string>") return ["string", "number"].includes(typeof actual);
  if (recorded === "<number>") return typeof actual === "number";
  if (recorded === "<bool>") return typeof actual === "boolean";
  return typeof recorded === typeof actual;
}
