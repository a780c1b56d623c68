import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Values = Record<string, string | number | boolean>;

/** A step that prepares or cleans: `[method, path, parameters]`, or `["CLI", command]`. */
export type Step = [method: string, target: string, values?: Values, more?: { save?: string }];

/** One exchange with a real Proxmox VE 8.4: what was sent, and what it answered. */
export interface RecordedCase {
  id: string;
  area: string;
  title: string;
  /** Who asks: a name of the fixtures' tokens, `root`, `none`, or a user with a ticket. */
  as: string;
  given?: Step[];
  then?: Step[];
  request: {
    method: string;
    path: string;
    prefix?: string;
    query?: Values;
    form?: Values;
    json?: Values;
    raw?: string;
    type?: string;
    headers?: Record<string, string>;
    csrf?: boolean;
    upload?: unknown;
    plain?: boolean;
  };
  answer: {
    status: number;
    reason: string;
    body?: {
      data?: unknown;
      errors?: Record<string, string>;
      message?: string;
      success?: number;
    };
    text?: string;
    /** End of the task whose UPID was answered. */
    task?: { exitstatus: string };
  };
  /** Elements of a list that were kept: those whose key matches the pattern. */
  keep?: [key: string, pattern: string];
  /** Why the answer of another release or another machine may differ. */
  release?: string;
  caveat?: string;
}

export interface Fixtures {
  steps: Step[];
  tokens: Record<string, [id: string, saved: string]>;
}

const folder = join(__dirname, "recorded");

/** The recorded exchanges by area; a file per area, a case per line. */
export function recordedCases(): Map<string, RecordedCase[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return new Map(
    files.map((name) => {
      const lines = readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
      return [name.replace(/\.jsonl$/, ""), lines.map((line) => JSON.parse(line) as RecordedCase)];
    }),
  );
}

export const fixtures = () =>
  JSON.parse(readFileSync(join(folder, "fixtures.json"), "utf8")) as Fixtures;
