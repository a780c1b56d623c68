import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until `probe` answers something other than undefined; fails with the last observation. */
export async function waitUntil<T>(
  what: string,
  seconds: number,
  probe: () => Promise<{ value?: T; seen: string }>,
  everyMs = 250,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (let tries = 1; ; tries++) {
    const { value, seen } = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${seconds} s (${tries} probes, last: ${seen})`);
    }
    await sleep(everyMs);
  }
}
