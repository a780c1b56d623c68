import { request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { docker } from "./docker";

interface Api {
  port: number;
  ca: string;
  /** `user@realm!name=secret`. */
  token: string;
}

/** Where apt-cacher-ng listens in the node, as Debian's package has it. */
export const PACKAGE_CACHE_PORT = 3142;

/** Milliseconds a node may take from the start of its container to its first answer. */
const bootLimitMs = 60_000;

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

/**
 * Waits until `attempt` succeeds.
 *
 * @throws with the node's last log lines when it does not within the boot limit, or the container ends.
 */
export async function untilBooted<T>(
  container: string,
  attempt: () => Promise<T>,
  isRunning: () => Promise<boolean>,
): Promise<T> {
  const deadline = Date.now() + bootLimitMs;
  for (;;) {
    let last: unknown;
    try {
      return await attempt();
    } catch (error) {
      last = error;
    }
    const running = await isRunning();
    if (!running || Date.now() > deadline) {
      const log = await docker(["logs", "--tail", "20", container]).catch(() => "");
      const state = running ? `not ready after ${bootLimitMs / 1000} s` : "stopped while it booted";
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(`embedded node: ${state} (last: ${reason}); its log ends with:\n${log}`, {
        cause: last,
      });
    }
    await pause(200);
  }
}

/** @throws unless the API answers our token. */
export async function assertReady(api: Api): Promise<void> {
  const status = await probe(api);
  if (status !== 200) {
    throw new Error(`https://127.0.0.1:${api.port}: GET version answered ${status}; expected 200`);
  }
}

/** @throws unless the package cache, which every CT is told to use, takes connections. */
export async function assertPackageCache(container: string): Promise<void> {
  const connect = `exec 3<>/dev/tcp/127.0.0.1/${PACKAGE_CACHE_PORT}`;
  await docker(["exec", container, "bash", "-c", connect]).catch((cause: unknown) => {
    throw new Error(`package cache: port ${PACKAGE_CACHE_PORT} of the node does not answer`, {
      cause,
    });
  });
}
