import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export type Origin = "official" | "built here";

/** What is remembered of a finished part. */
export interface Stamp {
  origin: Origin;
  /** Digest of all that the part was made of. */
  key: string;
}

/** Digest of texts and of all files below folders, by name and content. */
export function digestOf(parts: { texts?: readonly string[]; paths?: readonly string[] }): string {
  const hash = createHash("sha256");
  for (const text of parts.texts ?? []) hash.update(`${text.length}:${text}`);
  for (const path of parts.paths ?? []) {
    const files = filesBelow(path);
    if (files.length === 0) throw new Error(`toolchain: ${path} is missing; check out its sources`);
    for (const file of files) {
      const content = readFileSync(file);
      hash.update(`${relative(dirname(path), file)}:${content.length}:`).update(content);
    }
  }
  return hash.digest("hex");
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    return (
      readdirSync(path, { recursive: true, withFileTypes: true })
        // Go compiles no tests into a program.
        .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go"))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw error;
  }
}

export function readStamp(folder: string, name: string): Stamp | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8")) as Stamp;
  } catch {
    return undefined; // absent or damaged: the part is made again
  }
}

/** Written last, when the part itself is in place. */
export function writeStamp(folder: string, name: string, stamp: Stamp): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(stamp));
}
