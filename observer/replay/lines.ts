import type { SetWeight } from "../anomalies";
import type { LiveFault, TargetLook } from "../live/liveEvents";
import type { TargetState } from "../targetHealth";

/** What a recording says of itself, in its first line. It holds nothing that is secret. */
export interface RecordingHeader {
  /** Version of the lines' shape; a change that readers must know of raises it. */
  recording: 1;
  /** What was recorded, e.g. `failover, profile tuned`. */
  title: string;
  stack: string;
  /** Where requests went. */
  url: string;
  /** Requests per second of whoever recorded. */
  rate: number;
  targets: string[];
  /** When it began, milliseconds since the epoch; times in all further lines count from here. */
  startedAt: number;
}

/** What is new of a target; `setWeight: null` says that its weight is the full one again. */
export type LookLine = Partial<Omit<TargetLook, "setWeight">> & { setWeight?: SetWeight | null };

/** A line after the first. Times in milliseconds after the recording began. */
export type Line =
  /** A request that ended: when, after how long, by which target (-1: none), and why it failed. */
  | [at: number, took: number, target: number, method?: string, error?: string]
  | { at: number; look: LookLine[] }
  | { at: number; faults: LiveFault[] }
  | { at: number; trouble: [source: string, error: string | null] }
  | { at: number; held: string | null };

const STATES: Record<TargetState, true> = {
  ...{ initial: true, healthy: true, unhealthy: true, draining: true, unavailable: true },
};

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === "string";
const finite: Check = (value) => typeof value === "number" && Number.isFinite(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSetWeight: Check = (value) =>
  isObject(value) &&
  [value.group, value.target, value.reason ?? ""].every(text) &&
  [value.weight, value.full, value.since].every(finite) &&
  (value.owner === "anomaly" || value.owner === "operator");

/** All that a look says of a target beside its name; nothing else is recorded. */
const LOOK: Record<Exclude<keyof TargetLook, "name">, Check> = {
  state: (value) => typeof value === "string" && Object.hasOwn(STATES, value),
  reason: orNull(text),
  ...{ check: text, detail: text },
  ...{ weight: finite, stateSeconds: finite, requests: finite, retried: finite },
  redispatched: finite,
  setWeight: orNull(isSetWeight),
};
export const FIELDS = Object.keys(LOOK) as (keyof typeof LOOK)[];

/** A look has exactly known fields; a name among them could take another's place. */
const isLook = (value: unknown, targets: number) =>
  Array.isArray(value) &&
  value.length === targets &&
  value.every(
    (one) =>
      isObject(one) &&
      Object.entries(one).every(
        ([name, part]) => Object.hasOwn(LOOK, name) && LOOK[name as keyof typeof LOOK](part),
      ),
  );

const isFault = (value: unknown) =>
  isObject(value) && text(value.target) && text(value.fault) && finite(value.since);

/** @throws when the line is none of a recording */
export function parsedHeader(line: string): RecordingHeader {
  const value = json(line);
  if (!isObject(value) || value.recording === undefined) {
    throw new Error("line 1: is not the first line of a recording");
  }
  if (value.recording !== 1) {
    const got = JSON.stringify(value.recording);
    throw new Error(`line 1: must be a recording of version 1, got ${got}`);
  }
  const { title, stack, url, rate, targets, startedAt } = value;
  const right =
    [title, stack, url].every(text) &&
    [rate, startedAt].every(finite) &&
    Array.isArray(targets) &&
    targets.length > 0 &&
    targets.every(text);
  if (!right) throw new Error("line 1: is not the first line of a recording");
  return value as unknown as RecordingHeader;
}

/** @throws when the line is none of a recording */
export function parsedLine(line: string, number: number, targets: number): Line {
  const value = json(line);
  if (Array.isArray(value) ? isRequest(value, targets) : isOther(value, targets)) {
    return value as Line;
  }
  throw new Error(
    `line ${number}: is not of a recording, got ${JSON.stringify(line.slice(0, 80))}`,
  );
}

function isRequest(value: unknown[], targets: number): boolean {
  const [at, took, target, method, error] = value;
  const known = Number.isInteger(target) && Number(target) >= -1 && Number(target) < targets;
  const told = [method, error].every((one) => one === undefined || text(one));
  return finite(at) && finite(took) && known && told && value.length <= 5;
}

function isOther(value: unknown, targets: number): boolean {
  if (!isObject(value) || !finite(value.at) || Object.keys(value).length !== 2) return false;
  const { look, faults, trouble, held } = value;
  if (look !== undefined) return isLook(look, targets);
  if (faults !== undefined) return Array.isArray(faults) && faults.every(isFault);
  if (trouble !== undefined) {
    return Array.isArray(trouble) && text(trouble[0]) && orNull(text)(trouble[1]);
  }
  return orNull(text)(held);
}

function json(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
