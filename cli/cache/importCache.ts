import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { exec, run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Progress } from "../../system/progress";
import { withSharedLock } from "../../system/sharedLock";
import { sha256Of } from "./exportCache";
import { type About, aboutFile, fileOf, imagesFile, membersOf, sumsFile } from "./members";

/**
 * Puts an exported cache in place. Everything is checked against its sums before anything is changed; what is
 * there already and not in the file stays.
 *
 * @param wanted the SHA-256 that the file must have; undefined where nobody said
 * @throws when the file is damaged, or was made for another kind of machine or another version.
 */
export async function importCache(
  paths: LabPaths,
  from: string,
  progress: Progress,
  wanted?: string,
): Promise<About> {
  const file = resolve(from);
  if (!existsSync(file)) throw new Error(`cache import: there is no file ${file}`);
  mkdirSync(paths.cache, { recursive: true });
  const work = mkdtempSync(join(paths.cache, ".import-"));
  try {
    const about = await progress.step("Import: check", () => unpack(paths, file, work, wanted));
    await withSharedLock(
      join(paths.cache, "pulumi", ".lock"),
      (pid) => progress.info(`  waiting for another lab that builds the toolchain (pid ${pid})`),
      async () => {
        // The npm packages were put in place by ./lab itself, which runs on them.
        for (const member of membersOf(paths).filter(({ name }) => name !== "packages")) {
          if (!existsSync(join(work, fileOf(member)))) continue;
          await progress.step(`Import: ${member.what}`, async () => {
            const folder = join(work, member.name);
            mkdirSync(folder);
            await run("tar", ["-xzf", join(work, fileOf(member)), "--no-same-owner", "-C", folder]);
            const order = member.name === "node" ? readdirSync(folder) : member.paths;
            for (const path of order) moveInto(join(folder, path), join(member.folder, path));
          });
        }
      },
    );
    await progress.step("Import: Docker images", () =>
      run("docker", ["load", "--input", join(work, imagesFile)]),
    );
    return about;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Unpacks the members and checks each. */
async function unpack(
  paths: LabPaths,
  file: string,
  work: string,
  wanted?: string,
): Promise<About> {
  const damaged = (what: string) =>
    new Error(`cache import: ${file} ${what}; copy it again from the machine that exported it`);
  if (wanted) {
    const got = await sha256Of(file);
    if (got !== wanted.toLowerCase()) {
      throw damaged(`is not the one that was named: its SHA-256 is ${got}, expected ${wanted}`);
    }
  }
  const known = [sumsFile, aboutFile, imagesFile, ...membersOf(paths).map(fileOf)];
  const listed = await exec("tar", ["-tf", file]);
  const names = listed.stdout.trim().split("\n");
  const strange = names.find((name) => !known.includes(name));
  if (listed.code !== 0 || strange !== undefined || !names.includes(sumsFile)) {
    throw damaged(
      strange ? `holds ${JSON.stringify(strange)}, which no export has` : "is no exported cache",
    );
  }
  await run("tar", ["-xf", file, "--no-same-owner", "-C", work]);
  const sums = readFileSync(join(work, sumsFile), "utf8").trim().split("\n");
  const summed = sums.map((line) => line.split("  ")[1] ?? "");
  const needed = [aboutFile, imagesFile, ...names.filter((name) => name !== sumsFile)];
  const without = needed.find((name) => !summed.includes(name) || !names.includes(name));
  if (without) throw damaged(`has no ${without}, or no sum of it`);
  for (const line of sums) {
    const [sum, name = ""] = line.split("  ");
    if ((await sha256Of(join(work, name))) !== sum) throw damaged(`is damaged (${name})`);
  }
  const about = JSON.parse(readFileSync(join(work, aboutFile), "utf8")) as About;
  if (about.format !== 1)
    throw new Error(`cache import: ${file} is of a later version of ./lab; update the checkout`);
  if (about.arch !== process.arch) {
    throw new Error(`cache import: ${file} is for ${about.arch}, this machine is ${process.arch}`);
  }
  return about;
}

/** Moves files over those of the same name; others stay. Both places are on one file system. */
function moveInto(from: string, to: string): void {
  if (!existsSync(from)) return;
  if (!lstatSync(from).isDirectory()) return renameSync(from, to);
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) moveInto(join(from, name), join(to, name));
}
