import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { failure } from "../errors";

/** A lock that is held; the kernel takes it back when this process dies. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Takes an exclusive lock on a file, between processes. A `flock` child holds it for as long as its
 * standard input stays open, because Node has no such call of its own.
 *
 * @returns undefined when it is held by somebody else for longer than `waitSeconds`.
 */
export async function takeLock(path: string, waitSeconds: number): Promise<HeldLock | undefined> {
  await mkdir(dirname(path), { recursive: true });
  const child = spawn(
    "flock",
    ["--wait", String(waitSeconds), path, "sh", "-c", "echo held; exec cat"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const closed = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  const held = new Promise<boolean>((resolve, reject) => {
    child.on("error", reject);
    child.stdout.once("data", () => resolve(true));
    void closed.then(() => resolve(false));
  });
  if (!(await held)) return undefined;
  return {
    async release() {
      child.stdin.end();
      await closed;
    },
  };
}

/** Runs `action` while the lock is held. @throws PveError 500 "got timeout", which clients retry on. */
export async function withFileLock<T>(
  path: string,
  waitSeconds: number,
  action: () => Promise<T>,
): Promise<T> {
  const lock = await takeLock(path, waitSeconds);
  if (!lock) throw failure(`can't lock file '${path}' - got timeout`);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
