import { unknownWord } from "../core/suggest";

/** Ways a target can fail. */
export const FAULT_KINDS = [
  "kill",
  "stop",
  "hang",
  "drop",
  "reject",
  "error",
  "slow",
  "flap",
  "db",
  "full",
  "memory",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault as it is asked for. */
export interface FaultSpec {
  kind: FaultKind;
  /** How much of it; only `error` (percent) and `slow` (milliseconds) have it. */
  amount?: number;
  /** Health checks are concerned as well, which a grey failure spares. Only `error` and `slow`. */
  checks?: boolean;
}

interface Range {
  fallback: number;
  min: number;
  max: number;
  /** How the range is told. */
  allowed: string;
  read(text: string): number;
}

const RANGES: Partial<Record<FaultKind, Range>> = {
  error: {
    fallback: 50,
    min: 1,
    max: 100,
    allowed: "1% to 100%",
    read: (text) => Number(/^(\d{1,3})%$/.exec(text)?.[1]),
  },
  slow: {
    fallback: 500,
    min: 10,
    max: 60_000,
    allowed: "10ms to 60s",
    read: (text) => {
      const [, digits, unit] = /^(\d{1,5})(ms|s)$/.exec(text) ?? [];
      return Number(digits) * (unit === "s" ? 1000 : 1);
    },
  },
};

/** How kinds are written, for usage texts and refusals. */
export const FAULT_FORMS = FAULT_KINDS.map((kind) =>
  kind === "error" ? "error[=50%]" : kind === "slow" ? "slow[=500ms]" : kind,
);

export function isFaultKind(text: string): text is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(text);
}

/**
 * Reads `kill`, `error`, `error=50%` or `slow=2s,checks`.
 *
 * @throws when the kind is unknown, takes no value, or the value is out of range
 */
export function parseFault(text: string): FaultSpec {
  const at = text.indexOf("=");
  const kind = at < 0 ? text : text.slice(0, at);
  if (!isFaultKind(kind)) {
    throw new Error(unknownWord("fault", text, FAULT_FORMS));
  }
  const range = RANGES[kind];
  if (at < 0) return range ? { kind, amount: range.fallback } : { kind };
  if (!range)
    throw new Error(`fault ${kind}: takes no value, got ${JSON.stringify(text)}; write ${kind}`);
  const value = text.slice(at + 1);
  const checks = value.endsWith(",checks");
  const amount = range.read(checks ? value.slice(0, -",checks".length) : value);
  if (!(amount >= range.min && amount <= range.max)) {
    throw new Error(
      `fault ${kind}: must be ${range.allowed}, with ",checks" behind it if health checks are to ` +
        `see it too, got ${JSON.stringify(value)}`,
    );
  }
  return checks ? { kind, amount, checks } : { kind, amount };
}

/** The form that `parseFault` reads. */
export function formatFault({ kind, amount, checks }: FaultSpec): string {
  if (amount === undefined) return kind;
  return `${kind}=${amount}${kind === "error" ? "%" : "ms"}${checks ? ",checks" : ""}`;
}
