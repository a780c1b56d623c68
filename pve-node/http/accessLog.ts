import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Appends lines to a file and keeps one older file beside it. A line that cannot be written, on a full disk
 * or without its folder, is left out: the request that it is about has been answered.
 */
export function accessLog(path: string): (line: string) => void {
  let size = 0;
  let failing = false;
  const open = () => {
    mkdirSync(dirname(path), { recursive: true });
    size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  };
  const append = (line: string) => {
    if (size > MAX_BYTES) {
      renameSync(path, `${path}.1`);
      size = 0;
    }
    appendFileSync(path, `${line}\n`, { mode: 0o640 });
    size += line.length + 1;
  };
  const guarded = (action: () => void) => {
    try {
      action();
      failing = false;
    } catch (error) {
      // A log that cannot be written is reported once, not at every request.
      if (!failing) console.error(`access log: not written: ${String(error)}`);
      failing = true;
    }
  };
  guarded(open);
  return (line) =>
    guarded(() => {
      if (failing) open();
      append(line);
    });
}
