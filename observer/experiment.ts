import type { Account, Latency, Loss } from "./account";
import type { Judged } from "./expectations";
import type { Gap } from "./gaps";
import type { Method } from "./prober";
import type { Series } from "./series";
import type { Step } from "./timeline";

/**
 * What one experiment measured: `./lab experiment NAME --json` prints it, reports are made of it.
 *
 * All times named `…Ms` in steps, losses and series are milliseconds after the fault began (before
 * it: negative), of one clock. Fields that an experiment has nothing to say about are absent.
 */
export interface ExperimentResult {
  /** Version of this shape; a change that readers must know of raises it. */
  version: 1;
  experiment: string;
  profile: string;
  /** Requests per second; 0: measured without traffic. */
  rate: number;
  url: string;
  /** When the experiment began, ISO 8601. */
  startedAt: string;
  /** Every expectation was met. */
  pass: boolean;
  expectations: Judged[];
  /** Every target's name, in the order of the configuration. */
  targets: string[];
  /** The target that was broken. */
  target?: string;
  /** What was done to it, e.g. `kill` or `error=50%`. */
  action?: string;
  /** The exact command, run on the Proxmox node. */
  command?: string;
  /** When the repair began. */
  healedAtMs?: number;
  /** Every request by method: sent = ok + failed + pending. */
  accounts?: Record<Method, Account>;
  /** Requests that failed, each of them. */
  losses?: Loss[];
  latencyMs?: {
    /** The undisturbed time before the fault. */
    before: Latency;
    whole: Latency;
    /** How late the prober itself sent; included in latencies, so what is above is noise of this machine. */
    prober: { p99: number; max: number };
  };
  /** Why the figures say little: the machine was busy with other work. Absent: it was not. */
  busy?: string;
  masked?: Masked;
  /** Answers by target. */
  shares?: Record<string, number>;
  gaps?: Gap[];
  timeline?: Step[];
  series?: Series;
}

/** What is particular to one experiment; the rest of its result is filled in for it. */
export type Outcome = Omit<
  ExperimentResult,
  "version" | "experiment" | "profile" | "rate" | "url" | "startedAt" | "pass" | "targets"
> & {
  /** Where an experiment takes another rate than it was given. */
  rate?: number;
};

/** Failures that no client saw, from the load balancer's log. */
export interface Masked {
  /** Requests that needed more than one attempt. */
  retried: number;
  /** How many of the retried requests another target answered. */
  redispatched: number;
  /** Requests that waited in a queue for a target. */
  queued: number;
}

/** Several experiments together: every one after the other, or one under several profiles. */
export interface ExperimentSuite {
  version: 1;
  /** `all`, or the name of the one that was compared. */
  experiment: string;
  startedAt: string;
  /** Every experiment passed. */
  pass: boolean;
  results: ExperimentResult[];
}
