import { STATS_FRONTEND } from "../../lib/haproxy/backends";
import { type BalancerEvent, parseLogLine } from "../balancerLog";

/** A request as the load balancer logged it, which it does when the request has ended. */
export interface LoggedRequest {
  /** When it came, milliseconds since the epoch of the load balancer's clock. */
  at: number;
  /** Undefined: no target had it. */
  target?: string;
  /** As the client got it; -1: the client was gone. */
  status: number;
  /** From its first byte to the end of its answer, in milliseconds. */
  tookMs: number;
}

/** What the load balancer's log tells of some time, in its order. */
export interface History {
  requests: LoggedRequest[];
  /** Targets that went down or up, and failed checks. */
  changes: BalancerEvent[];
  /** Targets that were drained, and put back. */
  drains: { at: number; target: string; begins: boolean }[];
}

/** `time host haproxy[pid]: client [date] frontend backend/server timers status …`, HAProxy's httplog. */
const REQUEST =
  /^(\d+\.\d+) \S+ haproxy\[\d+\]: \S+ \[[^\]]+\] (\S+) \S+?\/(\S+) \S+\/\+?(-?\d+) (-?\d+) /;

/** A change of a drain; HAProxy writes it twice, once with its level in brackets. */
const DRAIN =
  /^(\d+\.\d+) \S+ haproxy\[\d+\]: Server app\/(\S+) (enters drain state|is UP \(leaving forced drain\))/;

/** Reads the lines of `journalctl -o short-unix`; the stats page's own requests are left out. */
export function readHistory(log: string): History {
  const history: History = { requests: [], changes: [], drains: [] };
  for (const line of log.split("\n")) {
    const drain = DRAIN.exec(line);
    if (drain) {
      const [, seconds, target, what] = drain;
      const begins = what!.startsWith("enters");
      history.drains.push({ at: Number(seconds) * 1000, target: target!, begins });
      continue;
    }
    const [, seconds, frontend, server, took, status] = REQUEST.exec(line) ?? [];
    if (seconds !== undefined) {
      if (frontend === STATS_FRONTEND) continue;
      const target = server!.startsWith("<") ? undefined : server;
      const tookMs = Math.max(0, Number(took));
      const at = Number(seconds) * 1000 - tookMs;
      history.requests.push({ at, ...(target && { target }), status: Number(status), tookMs });
      continue;
    }
    const event = parseLogLine(line);
    if (event) history.changes.push(event);
  }
  return history;
}

/** Time that a target was out of the rotation. */
export interface Absence {
  target: string;
  from: number;
  /** Undefined: it is still out. */
  to?: number;
}

/** Why checks fail: connections are refused, or nothing comes in time. */
export type Failure = "refused" | "timeout" | "other";

/** Time that a target was out because it failed. */
export interface Outage extends Absence {
  /** Failed checks in the five seconds before. */
  failedChecks: number;
  /** Of the last of them; undefined: there was none. */
  failure?: Failure;
}

const CHECKS_BEFORE_MS = 5000;

/** Newest first. */
export function outagesOf({ changes }: History): Outage[] {
  const outages: Outage[] = [];
  for (const { kind, target, at } of changes) {
    const open = outages.find((one) => one.target === target && one.to === undefined);
    if (kind === "up" && open) open.to = at;
    if (kind !== "down" || open) continue;
    const failed = changes.filter(
      (one) =>
        one.kind === "check-failed" &&
        one.target === target &&
        one.at <= at + 100 &&
        one.at > at - CHECKS_BEFORE_MS,
    );
    const last = failed.at(-1);
    const failure = last && { failure: failureOf(last.text) };
    outages.push({ target, from: at, failedChecks: failed.length, ...failure });
  }
  return outages.reverse();
}

function failureOf(text: string): Failure {
  if (/timeout/.test(text)) return "timeout";
  return /Layer4 connection problem/.test(text) ? "refused" : "other";
}

/** Newest first. */
export function drainsOf({ drains }: History): Absence[] {
  const found: Absence[] = [];
  for (const { at, target, begins } of drains) {
    const open = found.find((one) => one.target === target && one.to === undefined);
    if (!begins && open) open.to = at;
    if (begins && !open) found.push({ target, from: at });
  }
  return found.reverse();
}
