import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes a file whole or not at all: a command that is killed meanwhile leaves the old one. At no moment others may
 * read more than the mode lets them.
 */
export function writeWhole(file: string, text: string, mode: number): void {
  const fresh = `${file}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode, flag: "wx" });
  chmodSync(fresh, mode);
  renameSync(fresh, file);
}
