import type { LiveEvent, LiveFault, LiveLook, LiveRequest, TargetLook } from "../live/liveEvents";
import {
  FIELDS,
  type Line,
  type LookLine,
  parsedHeader,
  parsedLine,
  type RecordingHeader,
} from "./lines";

export type { RecordingHeader };

/** A recording as it was read. */
export interface Recording {
  header: RecordingHeader;
  /** In the order of time. */
  events: LiveEvent[];
}

/** A header; an address loses the name, password and query that it may have. */
export function headerOf(from: Omit<RecordingHeader, "recording">): RecordingHeader {
  const { title, stack, rate, targets, startedAt } = from;
  const { origin, pathname } = new URL(from.url);
  const url = pathname === "/" ? origin : origin + pathname;
  return { recording: 1, title, stack, url, rate, targets: [...targets], startedAt };
}

/**
 * Writes events as lines of JSON, each without its line feed: requests as short arrays, looks with what changed
 * since the look before. Only what is named here is written, whatever else an event carries.
 */
export class RecordingLines {
  private looks = new Map<string, LookLine>();
  private faults = "";

  constructor(private readonly header: RecordingHeader) {}

  /** The first line. */
  first(): string {
    return JSON.stringify(this.header);
  }

  /** The line of one event; undefined: it says nothing new. */
  line(event: LiveEvent): string | undefined {
    const line = this.shaped(event);
    return line && JSON.stringify(line);
  }

  private shaped(event: LiveEvent): Line | undefined {
    const at = this.time(event.at);
    switch (event.kind) {
      case "request":
        return this.request(event, at);
      case "look":
        return { at, look: this.header.targets.map((name) => this.changes(event, name)) };
      case "faults": {
        const faults = event.faults.map(({ target, fault, since }) => {
          return { target, fault, since: this.time(since) };
        });
        const text = JSON.stringify(faults);
        if (text === this.faults) return undefined;
        this.faults = text;
        return { at, faults };
      }
      case "trouble":
        return { at, trouble: [event.source, event.error ?? null] };
      case "held":
        return { at, held: event.command ?? null };
    }
  }

  private request(
    { sentAt, at: endedAt, target, method, ok, error }: LiveRequest,
    at: number,
  ): Line {
    const index = target === undefined ? -1 : this.header.targets.indexOf(target);
    const took = tenths(endedAt - sentAt);
    if (!ok) return [at, took, index, method, error ?? "failed"];
    return method === "GET" ? [at, took, index] : [at, took, index, method];
  }

  /** What is new of a target. */
  private changes({ targets }: LiveLook, name: string): LookLine {
    const look = targets.find((one) => one.name === name);
    if (!look) return {};
    const now: LookLine = { ...look, setWeight: this.setWeight(look) };
    const before = this.looks.get(name) ?? { setWeight: null };
    this.looks.set(name, now);
    const changed = FIELDS.filter(
      (field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]),
    );
    return Object.fromEntries(changed.map((field) => [field, now[field]]));
  }

  private setWeight({ setWeight }: TargetLook): LookLine["setWeight"] {
    if (!setWeight) return null;
    const { group, target, weight, full, owner, since, reason } = setWeight;
    return { group, target, weight, full, owner, since: this.time(since), reason };
  }

  private time(at: number): number {
    return tenths(at - this.header.startedAt);
  }
}

/**
 * Reads a recording. A last line without its end, as a killed program leaves it, is left out.
 *
 * @throws when it is none: names the line that is wrong
 */
export function readRecording(text: string): Recording {
  const [first = "", ...lines] = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const header = parsedHeader(first);
  const looks = new Map<string, TargetLook>();
  const events = lines.flatMap((line, index): LiveEvent[] => {
    if (line === "") return [];
    return [eventOf(parsedLine(line, index + 2, header.targets.length), header, looks)];
  });
  return { header, events: events.sort((a, b) => a.at - b.at) };
}

function eventOf(
  line: Line,
  { targets, startedAt }: RecordingHeader,
  looks: Map<string, TargetLook>,
): LiveEvent {
  if (Array.isArray(line)) {
    const [at, took, index, method = "GET", error] = line;
    const target = targets[index];
    return {
      ...{ kind: "request", at: startedAt + at, sentAt: startedAt + at - took, method },
      ok: error === undefined,
      ...(target !== undefined && { target }),
      ...(error !== undefined && { error }),
    };
  }
  const at = startedAt + line.at;
  if ("look" in line) {
    line.look.forEach(({ setWeight, ...changed }, index) => {
      const name = targets[index]!;
      const look: TargetLook = { ...EMPTY, ...looks.get(name), ...changed, name };
      if (setWeight) look.setWeight = { ...setWeight, since: startedAt + setWeight.since };
      if (setWeight === null) delete look.setWeight;
      looks.set(name, look);
    });
    return { kind: "look", at, targets: targets.map((name) => looks.get(name)!) };
  }
  if ("faults" in line) {
    const faults = line.faults.map((one): LiveFault => ({ ...one, since: startedAt + one.since }));
    return { kind: "faults", at, faults };
  }
  if ("trouble" in line) {
    const [source, error] = line.trouble;
    return { kind: "trouble", at, source, ...(error !== null && { error }) };
  }
  return { kind: "held", at, ...(line.held !== null && { command: line.held }) };
}

const EMPTY: Omit<TargetLook, "name"> = {
  ...{ state: "unavailable", reason: null, check: "", detail: "", weight: 0 },
  ...{ stateSeconds: 0, requests: 0, retried: 0, redispatched: 0 },
};

const tenths = (ms: number) => Math.round(ms * 10) / 10;
