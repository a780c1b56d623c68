import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { startTime } from "../../system/processes";

/** Hours after which a folder without a maker's pid in its name is nobody's any more. */
const abandonedHours = 24;

/** Runs `work` with an empty folder on the cache's disk, removed afterwards. */
export async function withContext<T>(
  paths: LabPaths,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const parent = join(paths.cache, "image");
  await mkdir(parent, { recursive: true });
  await sweepContexts(parent);
  const folder = await mkdtemp(join(parent, `context-${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes build contexts whose makers were killed; one that is being filled stays. */
export async function sweepContexts(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith("context-")) continue;
    const folder = join(parent, name);
    const pid = /^context-(\d+)-/.exec(name)?.[1];
    const made = await stat(folder).catch(() => undefined);
    const hours = made ? (Date.now() - made.mtimeMs) / 3_600_000 : 0;
    const abandoned = pid ? startTime(Number(pid)) === undefined : hours > abandonedHours;
    if (abandoned) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Gives everything below a build context the modes that it has in an image, whatever umask the
 * checkout was made with. Docker keeps the modes and gives those of folders even to `/usr` and `/etc`:
 * with umask 077 no other user of the image could start a program.
 */
export async function normaliseModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** `path mode hash` of each file below a folder, sorted; modes are octal, `755` for example. */
export async function fileDigests(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      const [content, { mode }] = await Promise.all([readFile(file), stat(file)]);
      return `${file.slice(folder.length)} ${(mode & 0o777).toString(8)} ${digest([content])}`;
    });
  return (await Promise.all(lines)).sort();
}

/** Twelve hex digits of the SHA-256 over all parts. */
export function digest(parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 12);
}
