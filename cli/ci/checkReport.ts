import type { PreviewReport } from "./report";
import { VERDICTS } from "./verdict";

/** What a value must be; the path is for the message. */
type Check = (value: unknown, path: string) => void;

/** Longest text, and longest list, of a report that is read. */
const MOST_TEXT = 1_000_000;
const MOST_ITEMS = 10_000;

function refuse(path: string, wanted: string): never {
  throw new Error(`report: ${path} must be ${wanted}`);
}

const text: Check = (value, path) => {
  if (typeof value !== "string" || value.length > MOST_TEXT) refuse(path, "a text");
};
const number: Check = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) refuse(path, "a number");
};
const flag: Check = (value, path) => {
  if (typeof value !== "boolean") refuse(path, "true or false");
};
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value, path) => {
    if (!words.includes(value)) refuse(path, `one of ${words.join(", ")}`);
  };
const listOf =
  (item: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length > MOST_ITEMS) return refuse(path, "a list");
    value.forEach((one, at) => item(one, `${path}[${at}]`));
  };
const maybe =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);
const shape =
  (fields: Record<string, Check>): Check =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse(path, "an object");
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) refuse(`${path}.${key}`, "left out: it is not known");
    }
    for (const [key, check] of Object.entries(fields)) {
      check((value as Record<string, unknown>)[key], `${path}.${key}`);
    }
  };

const revision = shape({ ref: text, commit: text });
const violation = shape({
  ...{ policy: text, mandatory: flag, message: text },
  resource: maybe(text),
});
const row = shape({ before: number, after: number, limit: number });
const latency = shape({ p50: number, p99: number, max: number });

const report = shape({
  version: oneOf(1),
  verdict: oneOf(...Object.keys(VERDICTS)),
  stack: text,
  base: revision,
  head: revision,
  labels: listOf(text),
  guarded: listOf(shape({ title: text, files: listOf(text) })),
  problem: maybe(shape({ at: oneOf("base", "typecheck", "program"), title: text, text })),
  changes: listOf(
    shape({
      change: oneOf("created", "updated", "run again", "restarted", "replaced", "deleted"),
      ...{ part: text, name: text, type: text },
      causes: listOf(text),
    }),
  ),
  consequences: shape({ traffic: listOf(text), dataLoss: listOf(text), data: listOf(text) }),
  violations: listOf(violation),
  baseViolations: maybe(listOf(violation)),
  budget: maybe(shape({ memoryMiB: row, diskGiB: row })),
  texts: listOf(shape({ title: text, diff: text })),
  reach: shape({ gained: listOf(text), lost: listOf(text) }),
  rehearsal: maybe(
    shape({
      ...{ sent: number, lost: number, leastHealthy: maybe(number), failed: flag },
      failures: listOf(text),
      latency: shape({ before: latency, during: latency, after: latency }),
      changes: text,
      second: maybe(text),
    }),
  ),
});

/**
 * A report as a stranger gave it.
 *
 * @throws Error naming the first thing that is not as it must be
 */
export function readReport(json: string): PreviewReport {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new Error("report: is no JSON", { cause });
  }
  report(value, "report");
  return value as PreviewReport;
}
