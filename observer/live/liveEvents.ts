import type { SetWeight } from "../anomalies";
import type { TargetState } from "../targetHealth";

/** A request that has ended, as the prober saw it. Times are milliseconds since the epoch, of one clock. */
export interface LiveRequest {
  kind: "request";
  /** When it ended. */
  at: number;
  /** When it was sent; latency counts from here, for a view keeps its schedule only roughly. */
  sentAt: number;
  method: string;
  ok: boolean;
  /** `X-Backend`: the target that answered; undefined: none did. */
  target?: string;
  /** Why it failed. */
  error?: string;
}

/** What the load balancer says of one target at one moment. */
export interface TargetLook {
  name: string;
  state: TargetState;
  /** AWS's reason code; null for a healthy target. */
  reason: string | null;
  /** HAProxy's code of the last check, e.g. `L7OK` or `L4TOUT`; empty: there was none yet. */
  check: string;
  /** What the last check found, in HAProxy's words. */
  detail: string;
  /** As HAProxy uses it now; 0: no new requests. */
  weight: number;
  /** Who reduced its weight, and why; undefined: nobody did, or it is not known. */
  setWeight?: SetWeight;
  /** Seconds since its state changed, as the load balancer counts. */
  stateSeconds: number;
  /** Counters since the load balancer's process started: of all clients. */
  requests: number;
  retried: number;
  /** Attempts that were made again with another target; HAProxy does not count them as retried. */
  redispatched: number;
}

/** Attempts of a target that failed and were made again, with it or with another one. */
export const madeAgain = ({ retried, redispatched }: TargetLook): number => retried + redispatched;

/** What the load balancer says of all its targets. */
export interface LiveLook {
  kind: "look";
  at: number;
  targets: TargetLook[];
}

/** A fault in force, as `./lab fault` names it. */
export interface LiveFault {
  target: string;
  fault: string;
  /** When it was injected. */
  since: number;
}

export interface LiveFaults {
  kind: "faults";
  at: number;
  faults: LiveFault[];
}

/** A source that the view lives on does not answer, or answers again (`error` undefined). */
export interface LiveTrouble {
  kind: "trouble";
  at: number;
  source: string;
  error?: string;
}

/** The view's own requests are held back while a command measures, or no longer (`command` undefined). */
export interface LiveHeld {
  kind: "held";
  at: number;
  /** As `./lab` knows it. */
  command?: string;
}

/** Everything that a live view is made of, in the order in which it happened. */
export type LiveEvent = LiveRequest | LiveLook | LiveFaults | LiveTrouble | LiveHeld;
