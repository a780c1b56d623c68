import {
  chmodSync,
  existsSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { spawnSync } from "node:child_process";
import type { LabPaths } from "../../system/labPaths";
import { type Finding, ok, problem } from "./findings";

/** A folder that the lab writes to, and what a look at it found. */
export interface Place {
  /** `checkout`, `cache`. */
  name: string;
  path: string;
  isWritable: boolean;
  /** A program in it can be started; undefined where that was not tried. */
  runsPrograms?: boolean;
  /** Files that can still be made; undefined where the file system does not count them. */
  freeFiles?: number;
}

/** Linux refuses longer paths, and Pulumi's state adds up to 200 characters to one. */
const longestPath = 1024;

/** The toolchain alone has some 60,000 source files. */
const leastFiles = 100_000;

/** Whether the lab can keep its things in a folder. */
export function judgePlace({ name, path, isWritable, runsPrograms, freeFiles }: Place): Finding {
  const trouble = (found: string, why: string, remedy: string) =>
    problem(name, "error", { found: `${found}, got ${path}`, why, remedy });
  const elsewhere =
    name === "cache"
      ? "set HOMELAB_CACHE to a folder of your own on another disk"
      : "move the checkout to another folder";
  if (!isAbsolute(path))
    return trouble("its path is not absolute", "it is used from several folders", elsewhere);
  if (Buffer.byteLength(path) > longestPath)
    return trouble("its path is too long", "files below it could not be named", elsewhere);
  if (!isWritable)
    return trouble(
      "you cannot write to it",
      "the lab keeps its files there",
      `sudo chown -R "$(id -un)": '${path}', or ${elsewhere}`,
    );
  if (runsPrograms === false)
    return trouble(
      "programs in it cannot be started (noexec)",
      "Node.js and Pulumi run from there",
      `sudo mount -o remount,exec the file system, or ${elsewhere}`,
    );
  if (freeFiles !== undefined && freeFiles < leastFiles)
    return trouble(
      `its file system has room for ${freeFiles} more files only (inodes)`,
      "the toolchain and the packages are many small files",
      `remove files there (df -i shows it), or ${elsewhere}`,
    );
  return ok(name, path);
}

/** Looks at the checkout and the cache; a program is written to the cache, started and removed. */
export function lookAtPlaces(paths: LabPaths): Place[] {
  return [
    { name: "checkout", path: paths.root, ...lookAt(paths.root) },
    { name: "cache", path: paths.cache, ...lookAt(paths.cache), runsPrograms: runs(paths.cache) },
  ];
}

function lookAt(folder: string): Pick<Place, "isWritable" | "freeFiles"> {
  const there = nearest(folder);
  const { files, ffree } = statfsSync(there);
  const freeFiles = files > 0 ? ffree : undefined; // Btrfs counts none
  try {
    rmdirSync(mkdtempSync(join(there, ".homelab-trial-")));
    return { isWritable: true, freeFiles };
  } catch {
    return { isWritable: false, freeFiles };
  }
}

/** The folder itself, or the one above it that is there. */
export function nearest(folder: string): string {
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function runs(folder: string): boolean | undefined {
  const file = join(nearest(folder), `.homelab-trial-${process.pid}`);
  try {
    writeFileSync(file, "#!/bin/sh\nexit 0\n");
    chmodSync(file, 0o700);
    const error: NodeJS.ErrnoException | undefined = spawnSync(file).error;
    return error?.code !== "EACCES";
  } catch {
    return undefined; // what cannot be written is another finding
  } finally {
    rmSync(file, { force: true });
  }
}

/** Files that the user makes must be the user's to read, write and enter. */
export function judgeUmask(umask: number): Finding {
  const found = umask.toString(8).padStart(4, "0");
  if ((umask & 0o700) === 0) return ok("umask", found);
  return problem("umask", "error", {
    found,
    why: "you could not read what the lab makes for you",
    remedy: "umask 022, or umask 077 to keep others out",
  });
}
