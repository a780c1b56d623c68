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
}

export interface Prober {
  /** Grows while it runs; a record changes once, when its request ends. */
  records: readonly ProbeRecord[];
  /** Sends no more, and returns when the last request has ended. */
  stop(): Promise<readonly ProbeRecord[]>;
}

/** Milliseconds since the epoch; never goes back, whatever is done to the machine's clock. */
export const now = (): number => performance.timeOrigin + performance.now();

/**
 * Sends requests at a constant rate until it is stopped.
 *
 * A request is due at its place in the schedule, whether earlier ones have been answered or not; one
 * that is sent late because this process was busy is not skipped, and its latency counts from when
 * it was due.
 */
export function startProber(options: ProberOptions): Prober {
  const { rate, postEvery = 0, headEvery = 0, freshEvery = 0 } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const records: ProbeRecord[] = [];
  const from = now();
  let open = 0;
  let stopped: (() => void) | undefined;
  const ended = () => {
    open--;
    if (open === 0) stopped?.();
  };
  const isNth = (nth: number, index = records.length) => nth > 0 && index % nth === nth - 1;
  const method = (): Method => {
    if (isNth(postEvery)) return "POST";
    return isNth(headEvery, records.length + 1) ? "HEAD" : "GET";
  };
  const sendDue = () => {
    for (;;) {
      const dueAt = from + (records.length * 1000) / rate;
      if (dueAt > now()) break;
      const record: ProbeRecord = {
        method: method(),
        connection: isNth(freshEvery) ? "fresh" : "kept",
        dueAt,
        sentAt: now(),
        outcome: "pending",
      };
      records.push(record);
      open++;
      send(record, options, record.connection === "kept" ? agent : false, ended);
    }
  };
  const timer = rate > 0 ? setInterval(sendDue, 1) : undefined;
  return {
    records,
    async stop() {
      clearInterval(timer);
      if (open > 0) await new Promise<void>((resolve) => (stopped = resolve));
      agent.destroy();
      return records;
    },
  };
}

function send(
  record: ProbeRecord,
  { url, timeoutMs = 15_000 }: ProberOptions,
  agent: Agent | false,
  ended: () => void,
): void {
  const end = (outcome: "ok" | "failed", error?: string) => {
    if (record.outcome !== "pending") return;
    record.doneAt = now();
    record.outcome = outcome;
    if (error !== undefined) record.error = error;
    clearTimeout(timer);
    ended();
  };
  const headers = record.method === "POST" ? { "content-length": "0" } : {};
  const call = request(url, { agent, method: record.method, headers });
  const timer = setTimeout(() => {
    end("failed", `no answer within ${timeoutMs} ms`);
    call.destroy();
  }, timeoutMs);
  call.on("error", (error) => end("failed", error.message));
  call.on("response", (response) => {
    const { statusCode = 0, headers: answered } = response;
    const target = answered["x-backend"];
    record.status = statusCode;
    if (typeof target === "string") record.target = target;
    response.resume();
    response.on("error", (error) => end("failed", error.message));
    response.on("close", () => {
      if (!response.complete) end("failed", "the answer was cut off");
      // A target that refuses a method has answered; an error of a server, or nobody's, is a loss.
      else if (statusCode < 500) end("ok");
      else end("failed", `status ${statusCode}`);
    });
  });
  call.end();
}
