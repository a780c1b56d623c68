import { percentile, tenths } from "../account";
import type { LiveRequest } from "./liveEvents";

/** What became of some requests. Latencies in milliseconds of those that were answered; null: none was. */
export interface Figures {
  sent: number;
  ok: number;
  failed: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Figures over time, column by column, one number a bucket; the last bucket is the newest. */
export interface LiveSeries {
  /** Width of a bucket in milliseconds. */
  stepMs: number;
  /** Where the first bucket begins, milliseconds since the epoch. */
  fromAt: number;
  sent: number[];
  failed: number[];
  p50: (number | null)[];
  p95: (number | null)[];
}

export function figures(requests: readonly LiveRequest[]): Figures {
  const latencies = requests
    .filter(({ ok }) => ok)
    .map(({ at, sentAt }) => at - sentAt)
    .sort((a, b) => a - b);
  const share = (part: number) => {
    const found = percentile(latencies, part);
    return found === undefined ? null : tenths(found);
  };
  return {
    sent: requests.length,
    ok: latencies.length,
    failed: requests.length - latencies.length,
    p50: share(0.5),
    p95: share(0.95),
    p99: share(0.99),
  };
}

/** The requests that ended within the last so many milliseconds; older ones are forgotten. */
export class RequestWindow {
  private requests: LiveRequest[] = [];

  constructor(private readonly keepMs: number) {}

  add(request: LiveRequest): void {
    this.requests.push(request);
  }

  /** Those that ended in the last `ms` milliseconds. */
  last(ms: number, at: number): LiveRequest[] {
    return this.requests.filter((request) => request.at > at - ms && request.at <= at);
  }

  /** The newest ones first, at most so many. */
  newest(count: number): LiveRequest[] {
    return this.requests.slice(-count).reverse();
  }

  forget(at: number): void {
    const from = this.requests.findIndex((request) => request.at > at - this.keepMs);
    if (from > 0) this.requests.splice(0, from);
    else if (from < 0) this.requests = [];
  }

  /** Buckets that begin at multiples of their width, so that they stand still while time goes on. */
  series(stepMs: number, buckets: number, at: number): LiveSeries {
    const fromAt = (Math.floor(at / stepMs) - buckets + 1) * stepMs;
    const sorted: LiveRequest[][] = Array.from({ length: buckets }, () => []);
    for (const request of this.requests) {
      sorted[Math.floor((request.at - fromAt) / stepMs)]?.push(request);
    }
    const all = sorted.map(figures);
    return {
      stepMs,
      fromAt,
      sent: all.map(({ sent }) => sent),
      failed: all.map(({ failed }) => failed),
      p50: all.map(({ p50 }) => p50),
      p95: all.map(({ p95 }) => p95),
    };
  }
}
