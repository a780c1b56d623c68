import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { exec, run } from "../../system/exec";
import type { Revision } from "./report";

/** The two commits that are compared. */
export interface Comparison {
  /** Where the head's history left the base's. */
  base: Revision;
  head: Revision;
  /** Paths of the files that differ. */
  changed: string[];
}

/** @throws Error when a name means no commit, or the two have no history in common */
export async function compare(
  repository: string,
  baseRef: string,
  headRef: string,
): Promise<Comparison> {
  const base = await commitOf(repository, baseRef);
  const head = await commitOf(repository, headRef);
  const merge = await git(repository, ["merge-base", base, head]);
  if (merge.code !== 0) {
    throw new Error(
      `${baseRef} and ${headRef}: have no commit in common here; fetch their whole history ` +
        "(in GitHub Actions: fetch-depth: 0)",
    );
  }
  const commit = merge.stdout.trim();
  const names = await run("git", [
    ...["-C", repository, "diff", "--name-only", "--no-renames", "-z", commit, head],
  ]);
  return {
    base: { ref: baseRef, commit },
    head: { ref: headRef, commit: head },
    changed: names.split("\0").filter(Boolean),
  };
}

async function commitOf(repository: string, ref: string): Promise<string> {
  const found = await git(repository, [
    ...["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`],
  ]);
  if (found.code === 0) return found.stdout.trim();
  throw new Error(
    `${JSON.stringify(ref)}: no commit of ${repository} has this name; fetch it, or name another`,
  );
}

const git = (repository: string, args: string[]) => exec("git", ["-C", repository, ...args]);

/** Folders of a checkout that no commit may bring: the lab's own state, and the packages. */
const OWN = [".lab", "node_modules"];

/**
 * Makes a folder hold exactly the files of a commit, but for the lab's state and the packages. Nothing of it
 * is known to the repository, so nothing is left there when the folder goes.
 *
 * @throws Error when the commit brings files into one of those two
 */
export async function fillTree(repository: string, commit: string, folder: string): Promise<void> {
  const brought = await run("git", [
    ...["-C", repository, "ls-tree", "--name-only", commit, "--", ...OWN],
  ]);
  if (brought.trim() !== "") {
    throw new Error(
      `commit ${commit.slice(0, 12)}: has ${brought.trim().split("\n").join(" and ")}, which belong to the lab; ` +
        "take them out of it",
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!OWN.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  const env = { GIT_INDEX_FILE: `${folder}.index` };
  try {
    await run("git", ["-C", repository, "read-tree", commit], { env });
    await run(
      "git",
      ["-C", repository, "checkout-index", "--all", "--force", `--prefix=${folder}/`],
      { env },
    );
  } finally {
    rmSync(`${folder}.index`, { force: true });
  }
}

const lockOf = (folder: string) => {
  const file = join(folder, "package-lock.json");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

/**
 * Gives a tree the packages of another one that has the same lockfile.
 *
 * @param how `copy` for a tree that may install others; `link` for one that only reads
 * @returns false where the lockfiles differ, or there are none to give
 */
export function givePackages(from: string, folder: string, how: "copy" | "link"): boolean {
  const packages = join(from, "node_modules");
  const own = join(folder, "node_modules");
  if (lockOf(from) !== lockOf(folder) || !existsSync(packages)) return false;
  if (existsSync(own)) return true;
  if (how === "link") symlinkSync(packages, own);
  else cpSync(packages, own, { recursive: true, verbatimSymlinks: true });
  return true;
}
