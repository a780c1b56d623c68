import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The file's text; `undefined` when it does not exist. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** SHA-1, which Proxmox takes for digests of configuration files. */
export const digestOf = (text: string) => createHash("sha1").update(text).digest("hex");

let written = 0;

/** Replaces a file as a whole: readers see the old or the new text, also after a crash. */
export async function writeAtomic(path: string, text: string, mode = 0o640): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true });
  written += 1;
  const draft = join(dirname(path), `.${basename(path)}.tmp.${process.pid}.${written}`);
  try {
    const file = await fs.open(draft, "wx", mode);
    try {
      await file.writeFile(text);
      await file.chmod(mode); // whatever the umask left out
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(draft, path);
  } catch (error) {
    await fs.rm(draft, { force: true });
    throw error;
  }
}

const queues = new Map<string, Promise<unknown>>();

/** Runs `action` after every earlier one of the same name; changes of one file never interleave. */
export async function exclusive<T>(name: string, action: () => Promise<T>): Promise<T> {
  const before = queues.get(name) ?? Promise.resolve();
  const run = before.then(action, action);
  const settled = run.catch(() => undefined);
  queues.set(name, settled);
  try {
    return await run;
  } finally {
    if (queues.get(name) === settled) queues.delete(name);
  }
}
