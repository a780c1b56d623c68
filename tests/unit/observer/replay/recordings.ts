import type { LiveEvent, LiveRequest, TargetLook } from "../../../../observer/live/liveEvents";
import { headerOf, RecordingLines } from "../../../../observer/replay/recording";

export const startedAt = Date.UTC(2026, 0, 1, 12);
export const targets = ["app1", "app2", "app3"];

export const header = headerOf({
  ...{ title: "failover, profile tuned", stack: "dev", url: "http://10.0.0.5/", rate: 20 },
  ...{ targets, startedAt },
});

export const request = (at: number, target?: string, more: Partial<LiveRequest> = {}) =>
  ({
    ...{ kind: "request", at: startedAt + at, sentAt: startedAt + at - 4, method: "GET" },
    ...{ ok: target !== undefined, ...(target !== undefined && { target }) },
    ...(target === undefined && { error: "socket hang up" }),
    ...more,
  }) satisfies LiveRequest;

export const look = (at: number, down?: string): LiveEvent => ({
  ...{ kind: "look", at: startedAt + at },
  targets: targets.map((name): TargetLook => ({
    ...{ name, weight: 100, stateSeconds: 9, retried: 0, redispatched: 0, detail: "" },
    requests: Math.max(0, at),
    ...(name === down
      ? { state: "unhealthy", reason: "Target.Timeout", check: "L4TOUT" }
      : { state: "healthy", reason: null, check: "L7OK" }),
  })),
});

/** Ten seconds in which app2 is killed after three, is out from four to eight, and one request is lost. */
export function failover(): LiveEvent[] {
  const events: LiveEvent[] = [];
  for (let at = 0; at <= 10_000; at += 250) {
    events.push(look(at, at >= 4000 && at < 8000 ? "app2" : undefined));
  }
  for (let at = 50; at < 10_000; at += 50) {
    const alive = at >= 3000 && at < 8000 ? ["app1", "app3"] : targets;
    events.push(at === 3500 ? request(at) : request(at, alive[(at / 50) % alive.length]));
  }
  const fault = { target: "app2", fault: "kill", since: startedAt + 3000 };
  events.push({ kind: "faults", at: startedAt + 3000, faults: [fault] });
  events.push({ kind: "faults", at: startedAt + 7500, faults: [] });
  return events.sort((a, b) => a.at - b.at);
}

/** A recording's text. */
export function written(events: readonly LiveEvent[], from = header): string {
  const lines = new RecordingLines(from);
  const all = [lines.first(), ...events.map((event) => lines.line(event))];
  return all.flatMap((line) => (line === undefined ? [] : [`${line}\n`])).join("");
}
