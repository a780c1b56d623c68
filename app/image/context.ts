import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { APP_FOLDER, bundle, sourcesOf } from "./bundle";
import { sharedLibraries } from "./closure";
import { GROUP, PASSWD, renderDockerfile } from "./dockerfile";

/** One moment for every file, so that a context made again has the same bytes. */
const EPOCH = new Date("2020-01-01T00:00:00Z");

export interface ContextResult {
  /** SHA-256 over path, mode and content of every file of the context. */
  digest: string;
  /** False when the folder already held this context. */
  changed: boolean;
}

interface Stamp {
  digest: string;
  /** Size and time of each file copied from this machine, by path. */
  copied: Record<string, string>;
  /** Hash of the service's sources and of the versions of what is bundled with them. */
  sources: string;
}

/**
 * Makes `folder` the build context of the service's image. Does nothing when the inputs are those of
 * the last time, which `<folder>.json` remembers beside it; that file also holds the digest.
 *
 * @throws when the running node is no Linux program or a library of it is missing
 */
export async function fillContext(
  folder: string,
  node: string = process.execPath,
): Promise<ContextResult> {
  const stampFile = `${folder}.json`;
  const sources = await hashSources();
  const old = await readStamp(stampFile);
  if (old && (await isCurrent(old, folder, node, sources))) {
    return { digest: old.digest, changed: false };
  }
  await refuseForeign(node);
  await fs.rm(stampFile, { force: true }); // a run that is cut leaves no stamp, so it is made again
  await fs.rm(folder, { recursive: true, force: true });

  const libraries = await sharedLibraries(node);
  const rootfs = join(folder, "rootfs");
  await put(join(rootfs, "usr/local/bin/node"), { from: node }, 0o755);
  for (const library of libraries) await put(join(rootfs, library), { from: library }, 0o755);
  await put(join(rootfs, "app/server.cjs"), { text: await bundle() });
  await put(join(rootfs, "etc/passwd"), { text: PASSWD });
  await put(join(rootfs, "etc/group"), { text: GROUP });
  const folders = [...new Set(libraries.map(dirname))].sort();
  await put(join(folder, "Dockerfile"), { text: renderDockerfile(folders) });
  const digest = await settle(folder);

  const copied: Record<string, string> = {};
  for (const file of [node, ...libraries]) copied[file] = await sizeAndTime(file);
  await fs.writeFile(stampFile, JSON.stringify({ digest, copied, sources }, null, 2) + "\n");
  return { digest, changed: true };
}

/** Gives files and folders their fixed time and returns the digest of the whole. */
async function settle(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({
    path: join(entry.parentPath, entry.name),
    isFile: entry.isFile(),
  }));
  paths.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, isFile } of paths) {
    if (isFile) {
      const content = createHash("sha256");
      for await (const chunk of createReadStream(path)) content.update(chunk as Buffer);
      const mode = ((await fs.stat(path)).mode & 0o777).toString(8);
      hash.update(`${relative(folder, path)} ${mode} ${content.digest("hex")}\n`);
    }
    if (!isFile) await fs.chmod(path, 0o755);
    await fs.utimes(path, EPOCH, EPOCH);
  }
  await fs.utimes(folder, EPOCH, EPOCH);
  return hash.digest("hex");
}

async function put(path: string, what: { from: string } | { text: string }, mode = 0o644) {
  await fs.mkdir(dirname(path), { recursive: true });
  if ("from" in what) await fs.copyFile(what.from, path);
  else await fs.writeFile(path, what.text);
  await fs.chmod(path, mode); // whatever the umask is
}

async function hashSources(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of sourcesOf(await fs.readdir(APP_FOLDER, { recursive: true }))) {
    hash.update(`${relative(APP_FOLDER, file)}\n`).update(await fs.readFile(file));
  }
  return hash.digest("hex");
}

async function isCurrent(stamp: Stamp, folder: string, node: string, sources: string) {
  if (stamp.sources !== sources || !(node in stamp.copied)) return false;
  try {
    for (const [file, known] of Object.entries(stamp.copied)) {
      const place = file === node ? "/usr/local/bin/node" : file;
      if ((await sizeAndTime(file)) !== known) return false;
      await fs.access(join(folder, "rootfs", place));
    }
    await fs.access(join(folder, "rootfs", "app", "server.cjs"));
    await fs.access(join(folder, "Dockerfile"));
    return true;
  } catch {
    return false; // a file is gone: make everything again
  }
}

async function readStamp(file: string): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, "utf8")) as Stamp;
  } catch {
    return undefined; // the first run, or one that was cut
  }
}

async function sizeAndTime(file: string): Promise<string> {
  const { size, mtimeMs } = await fs.stat(file);
  return `${size} ${Math.floor(mtimeMs)}`;
}

/** The image runs on Linux nodes of this machine's architecture: nothing but such a node fits. */
async function refuseForeign(node: string): Promise<void> {
  const file = await fs.open(node);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.toString("latin1") === "\x7fELF") return;
  } finally {
    await file.close();
  }
  throw new Error(`${node}: not a Linux program; run the command with a Linux build of node`);
}
