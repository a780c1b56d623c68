import { request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

interface Api {
  port: number;
  ca: string;
  /** `user@realm!name=secret`. */
  token: string;
}

/** Milliseconds a node may log nothing new before it answers for the first time. */
const quietLimitMs = 60_000;

/** Milliseconds a node may take in all, whatever it logs: a service that dies again and again logs too. */
const bootLimitMs = 300_000;

/** Milliseconds the package cache may take once the API answers; it usually is the first to listen. */
const cacheLimitMs = 15_000;

/** One authenticated request; resolves with the HTTP status. TLS is verified against the node's CA. */
async function probe(api: Api): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: api.port,
        path: "/api2/json/version",
        ca: api.ca,
        agent: false,
        timeout: 3000,
        headers: { Authorization: `PVEAPIToken=${api.token}` },
      },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer within 3 s")));
    call.on("error", reject);
    call.end();
  });
}

/** What the wait for a node looks at and does. */
export interface BootingBox {
  /** `restarts`: how often Docker has started it again after it ended by itself. */
  state(): Promise<{ running: boolean; restarts: number }>;
  /** The last lines that it logged. */
  log(): Promise<string>;
  /** Removes the container, which would end and start for ever; its volume stays. */
  remove(): Promise<void>;
}

const realClock = { now: Date.now, pause: (ms: number) => pause(ms) };

/**
 * Waits until `attempt` succeeds. A slow machine has all the time it needs while the node says
 * something new; one that ends is not waited for.
 *
 * @throws with the node's last log lines when it says nothing for a minute, takes more than five, or ends.
 */
export async function untilBooted<T>(
  box: BootingBox,
  attempt: () => Promise<T>,
  clock: typeof realClock = realClock,
): Promise<T> {
  const began = clock.now();
  const { restarts: before } = await box.state();
  let heard = { at: began, log: "" };
  for (;;) {
    let last: unknown;
    try {
      return await attempt();
    } catch (error) {
      last = error;
    }
    const now = clock.now();
    const { running, restarts } = await box.state();
    const ended = !running || restarts > before;
    if (!ended && now - heard.at <= quietLimitMs && now - began <= bootLimitMs) {
      await clock.pause(200);
      continue;
    }
    const log = await box.log().catch(() => "");
    if (!ended && log !== heard.log && now - began <= bootLimitMs) {
      heard = { at: now, log };
      continue;
    }
    if (restarts > before) await box.remove();
    const seconds = Math.round((now - began) / 1000);
    const state = ended ? "ended while it booted" : `not ready after ${seconds} s`;
    const reason = last instanceof Error ? last.message : String(last);
    throw new Error(`embedded node: ${state} (last: ${reason}); its log ends with:\n${log}`, {
      cause: last,
    });
  }
}

/**
 * Waits a moment for the node's package cache. CTs get their packages through it and no other way, so
 * that a stack on a node without it would fail after many minutes.
 *
 * @throws with what the node logged of it.
 */
export async function requirePackageCache(
  box: { answers(): Promise<boolean>; log(): Promise<string> },
  clock: typeof realClock = realClock,
): Promise<void> {
  const deadline = clock.now() + cacheLimitMs;
  while (!(await box.answers())) {
    if (clock.now() > deadline) {
      const log = (await box.log()).split("\n").filter((line) => /apt-cacher-ng/.test(line));
      throw new Error(
        `embedded node: its package cache does not answer on port 3142 after ${cacheLimitMs / 1000} s, ` +
          `so CTs could not install packages; it logged:\n${log.slice(-5).join("\n") || "nothing"}`,
      );
    }
    await clock.pause(300);
  }
}

/** @throws unless the API answers our token. */
export async function assertReady(api: Api): Promise<void> {
  const status = await probe(api);
  if (status !== 200) {
    throw new Error(`https://127.0.0.1:${api.port}: GET version answered ${status}; expected 200`);
  }
}
