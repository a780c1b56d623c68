import { type BalancerEvent, parseLogLine } from "../balancerLog";

/** A request as the load balancer logged it when it ended. */
export interface LoggedRequest {
  /** Milliseconds since the epoch, of the load balancer's clock. */
  at: number;
  /** Undefined: no target had it. */
  target?: string;
  /** As the client got it; -1: the client was gone. */
  status: number;
}

/** What the load balancer's log tells of some time, in its order. */
export interface History {
  requests: LoggedRequest[];
  /** Targets that went down or up, and failed checks. */
  changes: BalancerEvent[];
}

/** `time host haproxy[pid]: client [date] frontend backend/server timers status …`, HAProxy's httplog. */
const REQUEST =
  /^(\d+\.\d+) \S+ haproxy\[\d+\]: \S+ \[[^\]]+\] (\S+) \S+?\/(\S+) \S+\/\+?-?\d+ (-?\d+) /;

/** Reads the lines of `journalctl -o short-unix`; the stats page's own requests are left out. */
export function readHistory(log: string): History {
  const history: History = { requests: [], changes: [] };
  for (const line of log.split("\n")) {
    const [, seconds, frontend, server, status] = REQUEST.exec(line) ?? [];
    if (seconds !== undefined) {
      if (frontend === "stats") continue;
      const target = server!.startsWith("<") ? undefined : server;
      const at = Number(seconds) * 1000;
      history.requests.push({ at, ...(target && { target }), status: Number(status) });
      continue;
    }
    const event = parseLogLine(line);
    if (event) history.changes.push(event);
  }
  return history;
}

/** Time that a target was out of the rotation because it failed. */
export interface Outage {
  target: string;
  from: number;
  /** Undefined: it is still out. */
  to?: number;
  /** Failed checks in the five seconds before. */
  failedChecks: number;
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
    outages.push({ target, from: at, failedChecks: failed.length });
  }
  return outages.reverse();
}
