import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { exec, run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Note } from "../../system/progress";

/** A Node.js that is copied into the node's image. */
export interface NodeBinary {
  file: string;
  /** Tells one from another, for the image's name. */
  key: string;
}

/** What Node.js's own builds are linked to; Debian 12 has all of it. */
const usual =
  /^(?:linux-vdso|ld-linux[\w-]*|libdl|libstdc\+\+|libm|libgcc_s|libpthread|libc|librt|libatomic)\.so/;

/** Libraries that a program needs and Debian's base system has not: a distribution's own build, or musl. */
export const foreignLibraries = (loaded: readonly string[]): string[] =>
  loaded.map((path) => basename(path)).filter((name) => name !== "" && !usual.test(name));

/** Libraries of the Node.js that runs this. */
function ownLibraries(): string[] {
  // Names of peers are no use here, and take time.
  const report = Object.assign(process.report, { excludeNetwork: true }).getReport();
  const { sharedObjects } = report as { sharedObjects: string[] };
  return sharedObjects.filter((path) => !path.endsWith(".node")); // add-ons, loaded later
}

/** One that is there and runs in the image, or undefined. */
export async function findNode(
  paths: LabPaths,
  loaded: readonly string[] = ownLibraries(),
): Promise<NodeBinary | undefined> {
  const folder = join(paths.cache, "node");
  const cached = (await readdir(folder).catch(() => []))
    .filter((name) => /^v\d+\./.test(name))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(folder, name, "bin", "node"));
  const own = foreignLibraries(loaded).length === 0 ? [process.execPath] : [];
  for (const file of [...cached, ...own]) {
    const info = await stat(file).catch(() => undefined);
    const version = info && (await versionOf(file));
    const major = Number(/^v(\d+)\./.exec(version ?? "")?.[1] ?? 0);
    if (major >= 22) return { file, key: `${version} ${info!.size}` };
  }
  return undefined;
}

/** On a machine with musl an official build cannot be started; its folder says what it is. */
async function versionOf(file: string): Promise<string> {
  const said = await exec(file, ["--version"]).catch(() => undefined);
  return said?.code === 0 ? said.stdout.trim() : basename(join(file, "..", ".."));
}

/** As `findNode`; where there is none, Node.js's own build is brought from npm, which checks it. */
export async function ensureNode(paths: LabPaths, note: Note): Promise<NodeBinary> {
  const found = await findNode(paths);
  if (found) return found;
  const libraries = foreignLibraries(ownLibraries()).slice(0, 3).join(", ");
  try {
    await bringNode(paths, note);
  } catch (cause) {
    throw new Error(
      `Node.js for the embedded node: this machine's needs libraries that Debian 12 has not (${libraries}), ` +
        `and npm does not give another; see \`npm ping\`\n${String(cause)}`,
      { cause },
    );
  }
  return (await findNode(paths))!;
}

async function bringNode(paths: LabPaths, note: Note): Promise<void> {
  const version = /^node_version=(\S+)/m.exec(readFileSync(join(paths.root, "lab"), "utf8"))![1]!;
  const folder = join(paths.cache, "node");
  note(`Node.js ${version}`);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, ".bring-"));
  try {
    const words = ["pack", `node-linux-${process.arch}@${version}`, "--loglevel=error"];
    const places = ["--cache", join(paths.cache, "npm"), "--pack-destination", work];
    const said = await run("npm", [...words, ...places], { cwd: work });
    const archive = join(work, said.trim().split("\n").at(-1)!);
    await run("tar", ["-xzf", archive, "-C", work, "package/bin/node"]);
    renameSync(join(work, "package"), join(folder, `v${version}`));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
