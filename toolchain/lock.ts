import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const lookAgainMs = 500;

/**
 * Runs `work` while no other lab of this user makes the toolchain; waits for one that does.
 * A lock whose process is gone is taken over.
 */
export async function withLock<T>(
  file: string,
  waiting: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const me = identity(process.pid);
  while (!take(file, me)) {
    const holder = holderOf(file);
    if (holder === undefined) continue; // given back in between
    if (identity(holder.pid) === holder.text) {
      waiting(holder.pid);
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    } else putAside(file, holder.text);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Pid and start time: pids alone are used again. */
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name (field 2) may hold spaces; the start time is field 22.
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return `${pid} gone`;
  }
}

/** A hard link appears whole or not at all, so nobody reads half a lock. */
function take(file: string, me: string): boolean {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, me);
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderOf(file: string): { pid: number; text: string } | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return { pid: Number.parseInt(text, 10), text };
  } catch {
    return undefined;
  }
}

/** Removes a stale lock; one that somebody took in between is put back. */
function putAside(file: string, stale: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, "utf8") !== stale) linkSync(aside, file);
  } catch {
    // another process was first
  }
  rmSync(aside, { force: true });
}
