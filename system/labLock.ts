import { join } from "node:path";
import { type Holder, holderOf, releaseLock, takeLock } from "./fileLock";
import type { LabPaths } from "./labPaths";

/**
 * Runs `work` while no other command changes this lab.
 *
 * @throws when another command holds the lock
 */
export async function withLabLock<T>(
  paths: LabPaths,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  const file = lockFile(paths);
  const other = takeLock(file, command);
  if (other) {
    throw new Error(
      `lab: ./lab ${other.command} is at work (pid ${other.pid}, since ${other.since}); ` +
        "wait for it to end",
    );
  }
  try {
    return await work();
  } finally {
    releaseLock(file);
  }
}

/** The command that changes this lab now; undefined: none does. */
export const labLockHolder = (paths: LabPaths): Holder | undefined => holderOf(lockFile(paths));

const lockFile = ({ state }: LabPaths) => join(state, "lock");
