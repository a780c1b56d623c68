import type { Account } from "./account";
import { type Gap, gapMs } from "./gaps";
import { type Method, METHODS } from "./prober";

/** One stated expectation and what was measured. */
export interface Judged {
  expectation: string;
  measured: string;
  pass: boolean;
}

/** What experiments measure beside the timeline. */
export interface Figures {
  accounts: Record<Method, Account>;
  gaps: readonly Gap[];
  /** POST requests that were lost although they cannot have been in flight on a broken target. */
  postLostElsewhere: number;
  /** How many requests the prober's schedule had. */
  due: number;
  /** p99 of all requests from just before the fault to just after it, less the p99 before. */
  p99AddedMs: number;
  evenAfter: boolean;
  /** Requests per second; 0: health checks alone tell what is going on. */
  rate: number;
}

/** Milliseconds within which a fault takes a target out, under traffic. */
const removedWithin: Record<string, number> = {
  failover: 300,
  reject: 300,
  partition: 1000,
  stop: 1000,
  hang: 2500,
};
/** The same without traffic, for every kind: what health checks alone need. */
const removedIdleWithinMs = 2500;
const backWithinMs = 1500;
const p99AddedWithinMs = 100;

/** The expectations of one experiment under one profile. */
export function judge(experiment: string, profile: string, figures: Figures): Judged[] {
  const { accounts, gaps } = figures;
  if (figures.rate === 0) return judgedIdle(experiment, profile, gaps);
  const counted = accountedFor(accounts, figures.due);
  const within = removedWithin[experiment];
  if (profile !== "tuned") {
    // The other profiles are there to be seen losing requests; a hang only makes them wait.
    return experiment === "failover" ? [counted, atLeastOneLost(accounts.GET, profile)] : [counted];
  }
  return [
    counted,
    noneLost(accounts),
    {
      expectation: "POST: only those are lost that were being answered by the target",
      measured: `${accounts.POST.failed} lost, ${figures.postLostElsewhere} of them elsewhere`,
      pass: figures.postLostElsewhere === 0,
    },
    ...(within === undefined
      ? []
      : [
          limit("out of the rotation", gapMs(gaps, "removed"), within),
          limit("back after the first good check", gapMs(gaps, "back"), backWithinMs),
        ]),
    ...(experiment === "failover"
      ? [
          limit(
            "p99 of all requests around the fault above normal",
            figures.p99AddedMs,
            p99AddedWithinMs,
          ),
        ]
      : []),
    {
      expectation: "even at the end",
      measured: figures.evenAfter ? "even" : "uneven",
      pass: figures.evenAfter,
    },
  ];
}

/** The expectations of a fault without traffic; only the tuned profile promises how soon. */
export function judgedIdle(what: string, profile: string, gaps: readonly Gap[]): Judged[] {
  if (profile !== "tuned") {
    const times = [gapMs(gaps, "removed"), gapMs(gaps, "back")];
    return [
      {
        expectation: `${what}: out of the rotation without traffic, and back`,
        measured: times.map((ms) => (ms === undefined ? "not seen" : `${ms} ms`)).join(", "),
        pass: times.every((ms) => ms !== undefined),
      },
    ];
  }
  return [
    limit(
      `${what}: out of the rotation without traffic`,
      gapMs(gaps, "removed"),
      removedIdleWithinMs,
    ),
    limit(`${what}: back after the first good check`, gapMs(gaps, "back"), backWithinMs),
  ];
}

/**
 * Judges whether every request that was due was sent and has an outcome.
 *
 * @param due how many requests the schedule had, which is counted from the time and not from those sent
 */
export function accountedFor(accounts: Record<Method, Account>, due: number): Judged {
  const all = METHODS.reduce((sum, method) => sum + accounts[method].sent, 0);
  const missing = all === due ? "" : `; ${due} were due, ${all} were sent`;
  return {
    expectation: "every request is accounted for, none is pending",
    measured: METHODS.map((method) => `${method} ${text(accounts[method])}`).join("; ") + missing,
    pass:
      all === due &&
      METHODS.every((method) => {
        const { sent, ok, failed, pending } = accounts[method];
        return sent === ok + failed + pending && pending === 0;
      }),
  };
}

/** Judges whether a request that may safely be repeated was lost: the load balancer repeats those. */
export function noneLost({ GET, HEAD }: Record<Method, Account>): Judged {
  return {
    expectation: "no GET or HEAD is lost",
    measured: `${GET.failed} GET, ${HEAD.failed} HEAD lost`,
    pass: GET.failed + HEAD.failed === 0,
  };
}

function atLeastOneLost(get: Account, profile: string): Judged {
  return {
    expectation: `profile ${profile} loses requests`,
    measured: `${get.failed} GET lost`,
    pass: get.failed > 0,
  };
}

/** A time that must not be exceeded. */
export function limit(what: string, value: number | undefined, max: number): Judged {
  return {
    expectation: `${what} within ${max} ms`,
    measured: measuredText(value),
    pass: value !== undefined && value <= max,
  };
}

function measuredText(value: number | undefined): string {
  if (value === undefined) return "not seen";
  return Number.isFinite(value)
    ? `${value} ms`
    : "without end: more than 1 % of the requests were lost";
}

const text = ({ sent, ok, failed, pending }: Account) =>
  `${sent} sent = ${ok} ok + ${failed} failed + ${pending} pending`;
