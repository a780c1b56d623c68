import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again until it is well.
 *
 * @throws after the deadline, with the number of probes and the last observation.
 */
export async function waitFor<T>(from: {
  what: string;
  seconds: number;
  /** Returns the value, or what it saw instead. */
  look: () => Promise<{ value: T } | { seen: string }>;
  note?: (text: string) => void;
  everyMs?: number;
  now?: () => number;
}): Promise<T> {
  const now = from.now ?? Date.now;
  const deadline = now() + from.seconds * 1000;
  for (let probes = 1; ; probes++) {
    const result = await from.look().catch((error: Error) => ({ seen: error.message }));
    if ("value" in result) return result.value;
    if (now() >= deadline) {
      throw new Error(
        `${from.what}: not after ${from.seconds} s (${probes} probes, last: ${result.seen})`,
      );
    }
    from.note?.(result.seen);
    await sleep(from.everyMs ?? 1000);
  }
}
