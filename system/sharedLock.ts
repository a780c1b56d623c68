import { setTimeout as sleep } from "node:timers/promises";
import { releaseLock, takeLock } from "./fileLock";

const LOOK_AGAIN_MS = 500;

/**
 * Runs `work` while no other process of this user holds the same lock; waits for one that does.
 *
 * @param waiting told at each look which process is waited for
 */
export async function withSharedLock<T>(
  file: string,
  waiting: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const other = takeLock(file);
    if (!other) break;
    waiting(other.pid);
    await sleep(LOOK_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    releaseLock(file);
  }
}
