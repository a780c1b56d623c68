import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { findSystemImage } from "../../pve-node/box/images";
import { templateFile } from "../../pve-node/box/template";
import { exec, run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Progress } from "../../system/progress";
import { originOf, partsOf } from "../../toolchain/parts";
import { placesOf } from "../../toolchain/places";
import {
  type About,
  aboutFile,
  fileOf,
  imagesFile,
  type Member,
  membersOf,
  sumsFile,
  versionsIn,
} from "./members";

/**
 * Writes all that a lab needs beside its checkout into one file: another machine imports it and needs no
 * network. The file appears whole or not at all.
 *
 * @returns the SHA-256 of the file
 * @throws when a part is not there yet, or the file cannot be written.
 */
export async function exportCache(
  paths: LabPaths,
  to: string,
  progress: Progress,
): Promise<string> {
  const target = resolve(to);
  const folder = dirname(target);
  if (!existsSync(folder))
    throw new Error(`cache export: folder ${folder} does not exist; make it`);
  const images = await imagesOf(paths);
  requireWhole(paths);
  keepNode(paths);
  const work = mkdtempSync(join(folder, ".cache-export-"));
  try {
    const files: string[] = [];
    for (const member of membersOf(paths).filter(({ folder }) => existsSync(folder))) {
      await progress.step(`Export: ${member.what}`, () => pack(member, join(work, fileOf(member))));
      files.push(fileOf(member));
    }
    await progress.step("Export: Docker images", async () => {
      await shell('docker save "${@:2}" | gzip -1 > "$1"', [join(work, imagesFile), ...images]);
    });
    const about: About = {
      format: 1,
      arch: process.arch,
      lab: versionOf(paths),
      lockfile: await sha256Of(join(paths.root, "package-lock.json")),
      images,
    };
    writeFileSync(join(work, aboutFile), `${JSON.stringify(about, undefined, 2)}\n`);
    files.push(imagesFile, aboutFile);
    const lines = files.map(async (file) => `${await sha256Of(join(work, file))}  ${file}\n`);
    writeFileSync(join(work, sumsFile), (await Promise.all(lines)).join(""));
    const whole = join(work, "whole.tar");
    // What is read first comes first: an import says early what it cannot use.
    await run("tar", [
      "-cf",
      whole,
      "-C",
      work,
      sumsFile,
      aboutFile,
      ...files.filter((f) => f !== aboutFile),
    ]);
    const sum = await sha256Of(whole);
    renameSync(whole, target);
    return sum;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The images that a node is made from without a network. */
async function imagesOf(paths: LabPaths): Promise<string[]> {
  const system = await findSystemImage(paths);
  if (!system)
    throw new Error("cache export: the node's system image is not there yet; ./lab up makes it");
  return [system];
}

function requireWhole(paths: LabPaths): void {
  const places = placesOf(paths);
  const missing = partsOf(places).filter((part) => originOf(places, part) === undefined);
  const names = missing.map(({ name }) => name);
  if (!existsSync(join(paths.cache, "template", templateFile()))) names.push("the CT template");
  if (names.length > 0) {
    throw new Error(
      `cache export: ${names.join(", ")} not there yet; ./lab up makes what is missing`,
    );
  }
}

/** The system image belongs to one Node.js; where it is the machine's own, the other machine gets that. */
function keepNode(paths: LabPaths): void {
  const folder = join(paths.cache, "node");
  if (versionsIn(folder).length > 0) return;
  const bin = join(folder, process.version, "bin");
  mkdirSync(bin, { recursive: true });
  copyFileSync(process.execPath, join(bin, "node.new"));
  renameSync(join(bin, "node.new"), join(bin, "node"));
}

/** A lab that runs may write a file of the package cache meanwhile; that one is fetched again later. */
async function pack({ folder, paths }: Member, file: string): Promise<void> {
  const script =
    'tar -C "$2" --owner=0 --group=0 --warning=no-file-changed -cf - "${@:3}" | gzip -1 > "$1"; [ "${PIPESTATUS[0]}" -le 1 ]';
  await shell(script, [file, folder, ...paths.filter((path) => existsSync(join(folder, path)))]);
  if (statSync(file).size === 0) throw new Error(`cache export: ${file} is empty`);
}

async function shell(script: string, args: string[]): Promise<void> {
  const { code, stderr } = await exec("bash", [
    "-c",
    `set -o pipefail; ${script}`,
    "bash",
    ...args,
  ]);
  if (code !== 0) throw new Error(`cache export: ${stderr.trim() || `exit status ${code}`}`);
}

/** SHA-256 of a file of any size. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function versionOf(paths: LabPaths): string {
  const text = readFileSync(join(paths.root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
