import { setTimeout as sleep } from "node:timers/promises";

/** Asks until the answer is yes; false when it still is no after so many seconds. */
export async function waitFor(
  condition: () => Promise<boolean>,
  seconds: number,
  intervalMs = 100,
): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= deadline) return false;
    await sleep(intervalMs);
  }
}
