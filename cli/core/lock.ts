import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "./paths";
import { isRunning, type ProcessId, processId } from "./processes";

interface Holder extends ProcessId {
  command: string;
  since: string;
}

/**
 * Runs `work` while no other command changes this lab.
 *
 * @throws when another command holds the lock. A lock whose holder is gone is taken over.
 */
export async function withLabLock<T>(
  paths: LabPaths,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(paths.state, { recursive: true });
  const file = join(paths.state, "lock");
  acquire(file, { ...processId(), command, since: new Date().toISOString() });
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function acquire(file: string, holder: Holder): void {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(holder));
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (linked(mine, file)) return;
      const text = read(file);
      if (text === undefined) continue; // given back between the two calls
      const other = parse(text);
      if (other && isRunning(other)) {
        throw new Error(
          `lab: ./lab ${other.command} is at work (pid ${other.pid}, since ${other.since}); ` +
            "wait for it to end",
        );
      }
      takeAway(file, text);
    }
    throw new Error(`lab: ${file} changes hands too fast; try again`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Hard links are made whole or not at all, so nobody reads a half-written lock. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a stale lock, and puts it back when it was somebody's fresh one after all. */
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
