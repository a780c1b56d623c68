import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isRunning, type ProcessId, processId } from "./processes";

/** Who holds a lock, as its file says. */
export interface Holder extends ProcessId {
  /** The command that holds the lock, for messages; empty where the holder did not name it. */
  command: string;
  /** ISO 8601. */
  since: string;
}

/** Locks change hands this often at most while one call tries to take one. */
const MOST_TRIES = 5;

/**
 * Takes a lock for this process. The lock of a process that is gone is taken over.
 *
 * @returns undefined when the lock is taken, else its living holder
 */
export function takeLock(file: string, command = ""): Holder | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(
    mine,
    JSON.stringify({ ...processId(), command, since: new Date().toISOString() } satisfies Holder),
  );
  try {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (linked(mine, file)) return undefined;
      const text = read(file);
      if (text === undefined) continue; // given back between the two calls
      const other = parse(text);
      if (other && isRunning(other)) return other;
      takeAway(file, text);
    }
    throw new Error(`lock ${file}: changed hands ${MOST_TRIES} times in a moment; try again`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Who holds a lock; undefined: nobody that lives. */
export function holderOf(file: string): Holder | undefined {
  const holder = parse(read(file) ?? "");
  return holder && isRunning(holder) ? holder : undefined;
}

/** Gives a lock back that this process has taken; one that somebody else holds by now stays. */
export function releaseLock(file: string): void {
  const holder = parse(read(file) ?? "");
  if (holder && isRunning(holder) && holder.pid !== process.pid) return;
  rmSync(file, { force: true });
}

/** Hard links appear whole or not at all, so nobody reads a half-written lock. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a stale lock, and puts it back when another process has taken it in between. */
function takeAway(file: string, stale: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another process was first
  }
  if (read(aside) !== stale) linked(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
