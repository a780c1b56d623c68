import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What becomes of one request because of a fault that was put in on purpose. */
export interface Injected {
  /** Answer 500 instead of the page. */
  fail: boolean;
  /** Wait this long before answering. */
  delayMs: number;
}

/** Faults that the service plays; without files it plays none. */
export interface ServiceFaults {
  /** What becomes of a request for `path`. */
  next(path: string): Injected;
}

export const noFaults: ServiceFaults = { next: () => ({ fail: false, delayMs: 0 }) };

/** Files are looked at again after this long, so that a busy service does not read them all the time. */
const RECHECK_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** Answered as ever, so that health checks see nothing: that is what makes a failure a grey one. */
const CHECKS = new Set(["/healthz", "/readyz"]);

interface Fault {
  amount: number;
  /** The health checks are part of it. */
  checks: boolean;
}

/**
 * Faults as two files tell them, which whoever administers the node writes and removes:
 * `fault-error` holds the share of requests that are answered 500, in percent (1 to 100), and
 * `fault-slow` the milliseconds each answer is delayed (1 to 60000). Behind the number the word
 * `checks` includes the health checks. A file that is missing or holds anything else is no fault.
 */
export class FaultFiles implements ServiceFaults {
  private error?: Fault;
  private slow?: Fault;
  private readAt = -Infinity;
  /** Errors that are due, in hundredths: the share is exact, not a matter of luck. */
  private due = 0;

  constructor(
    private readonly folder: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  next(path: string): Injected {
    this.reread();
    const concerns = (fault: Fault | undefined): fault is Fault =>
      fault !== undefined && (fault.checks || !CHECKS.has(path));
    const delayMs = concerns(this.slow) ? this.slow.amount : 0;
    if (!concerns(this.error)) return { fail: false, delayMs };
    this.due += this.error.amount;
    const fail = this.due >= 100;
    if (fail) this.due -= 100;
    return { fail, delayMs };
  }

  private reread(): void {
    if (this.now() - this.readAt < RECHECK_MS) return;
    this.readAt = this.now();
    this.error = readFault(join(this.folder, "fault-error"), 100);
    this.slow = readFault(join(this.folder, "fault-slow"), LONGEST_DELAY_MS);
  }
}

function readFault(file: string, highest: number): Fault | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined; // the usual case: there is no such file
  }
  const [, digits, checks] = /^(\d{1,5})( checks)?\s*$/.exec(text) ?? [];
  const amount = Number(digits);
  return amount >= 1 && amount <= highest ? { amount, checks: checks !== undefined } : undefined;
}
