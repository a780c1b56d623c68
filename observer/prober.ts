import { Agent, request } from "node:http";

export const METHODS = ["GET", "HEAD", "POST"] as const;
export type Method = (typeof METHODS)[number];

/** One request of a prober. All times are milliseconds since the epoch, of one clock. */
export interface ProbeRecord {
  method: Method;
  /** On a connection of its own, or on one that was kept. */
  connection: "kept" | "fresh";
  /** When it was due; latency counts from here, so that waiting for a slow one is not hidden. */
  dueAt: number;
  sentAt: number;
  /** Undefined: no answer and no failure yet. */
  doneAt?: number;
  outcome: "pending" | "ok" | "failed";
  status?: number;
  /** `X-Backend`: the target that answered. */
  target?: string;
  /** Why it failed. */
  error?: string;
  /**
   * It failed on a connection that had served before: the load balancer may have closed it at that moment, as
   * it may at any time between two requests.
   */
  reused?: true;
}

/** Time, and something that is done again and again. */
export interface Clock {
  /** Milliseconds since the epoch; never goes back. */
  now(): number;
  /** Calls `work` every `ms` milliseconds until the result is called. */
  every(ms: number, work: () => void): () => void;
}

export interface ProberOptions {
  url: string;
  /** Requests per second; 0: none. */
  rate: number;
  /** Every n-th request is a POST. @default 0 - none */
  postEvery?: number;
  /** Every n-th request is a HEAD, the one before a POST where both would fall together. @default 0 - none */
  headEvery?: number;
  /** Every n-th request has a connection of its own. @default 0 - none */
  freshEvery?: number;
  /** Milliseconds after which a request without an answer has failed. @default 15000 */
  timeoutMs?: number;
  /** @default - this machine's */
  clock?: Clock;
  /**
   * Gets each request when it has ended; `records` stays empty then, so that one that runs for hours does not grow.
   *
   * @default - records are kept
   */
  onEnd?(record: ProbeRecord): void;
}

export interface Prober {
  /** Grows while it runs; a record changes once, when its request ends. */
  records: readonly ProbeRecord[];
  /** How many requests the schedule has had until now, or until it was stopped: as many must have been sent. */
  due(): number;
  /** Sends no more, and returns when the last request has ended. */
  stop(): Promise<readonly ProbeRecord[]>;
}

/** Milliseconds since the epoch; never goes back, whatever is done to the machine's clock. */
export const now = (): number => performance.timeOrigin + performance.now();

const machineClock: Clock = {
  now,
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

/** Requests that are due within the first `ms` milliseconds of a schedule, the first one at once. */
export function dueWithin(ms: number, rate: number): number {
  return rate > 0 && ms >= 0 ? Math.floor((ms * rate) / 1000) + 1 : 0;
}

/**
 * Sends requests at a constant rate until it is stopped.
 *
 * A request is due at its place in the schedule, whether earlier ones have been answered or not; one
 * that is sent late because this process was busy is not skipped, and its latency counts from when
 * it was due.
 */
export function startProber(options: ProberOptions): Prober {
  const { rate, postEvery = 0, headEvery = 0, freshEvery = 0, clock = machineClock } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const records: ProbeRecord[] = [];
  const from = clock.now();
  let until: number | undefined;
  let sent = 0;
  let open = 0;
  let stopped: (() => void) | undefined;
  const ended = (record: ProbeRecord) => {
    open--;
    options.onEnd?.(record);
    if (open === 0) stopped?.();
  };
  const isNth = (nth: number, index = sent) => nth > 0 && index % nth === nth - 1;
  const method = (): Method => {
    if (isNth(postEvery)) return "POST";
    return isNth(headEvery, sent + 1) ? "HEAD" : "GET";
  };
  const sendDue = () => {
    const due = dueWithin((until ?? clock.now()) - from, rate);
    while (sent < due) {
      const dueAt = from + (sent * 1000) / rate;
      const record: ProbeRecord = {
        method: method(),
        connection: isNth(freshEvery) ? "fresh" : "kept",
        dueAt,
        sentAt: clock.now(),
        outcome: "pending",
      };
      if (!options.onEnd) records.push(record);
      sent++;
      open++;
      send(record, { ...options, clock }, record.connection === "kept" ? agent : false, ended);
    }
  };
  const cancel = rate > 0 ? clock.every(1, sendDue) : () => undefined;
  return {
    records,
    due: () => dueWithin((until ?? clock.now()) - from, rate),
    async stop() {
      until = clock.now();
      // What is due by now is sent, however busy this process was a moment ago.
      sendDue();
      cancel();
      if (open > 0) await new Promise<void>((resolve) => (stopped = resolve));
      agent.destroy();
      return records;
    },
  };
}

function send(
  record: ProbeRecord,
  { url, timeoutMs = 15_000, clock }: ProberOptions & { clock: Clock },
  agent: Agent | false,
  ended: (record: ProbeRecord) => void,
): void {
  const end = (outcome: "ok" | "failed", error?: string) => {
    if (record.outcome !== "pending") return;
    record.doneAt = clock.now();
    record.outcome = outcome;
    if (error !== undefined) record.error = error;
    clearTimeout(timer);
    ended(record);
  };
  const headers = record.method === "POST" ? { "content-length": "0" } : {};
  const call = request(url, { agent, method: record.method, headers });
  const timer = setTimeout(() => {
    end("failed", `no answer within ${timeoutMs} ms`);
    call.destroy();
  }, timeoutMs);
  call.on("error", (error) => {
    if (call.reusedSocket) record.reused = true;
    end("failed", error.message);
  });
  call.on("response", (response) => {
    const { statusCode = 0, headers: answered } = response;
    const target = answered["x-backend"];
    record.status = statusCode;
    if (typeof target === "string") record.target = target;
    response.resume();
    response.on("error", (error) => end("failed", error.message));
    response.on("close", () => {
      if (!response.complete) end("failed", "the answer was cut off");
      else {
        const wrong = wrongWith(record);
        end(wrong === undefined ? "ok" : "failed", wrong);
      }
    });
  });
  call.end();
}

/** Why a client cannot use an answer: it is of no target, or an error. Undefined when it can. */
function wrongWith({ method, status = 0, target }: ProbeRecord): string | undefined {
  if (target === undefined) return `status ${status} of no target`;
  // A target that refuses to change something has answered.
  const worst = method === "POST" ? 499 : 399;
  return status <= worst ? undefined : `status ${status}`;
}
