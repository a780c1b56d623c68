import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedNode } from "../../pve-node/box";
import { releaseLock, takeLock } from "../../system/fileLock";
import { type LabPaths, labPaths } from "../../system/labPaths";
import { isRunning, type ProcessId } from "../../system/processes";
import type { Progress } from "../../system/progress";
import { endOrphans } from "../stack/orphans";
import { removeEventLogs } from "../stack/eventLog";

/** A folder with a lab of its own: box, ports, network, state. */
export interface Workspace {
  folder: string;
  /** The checkout that is deployed, first of the base and then of the head; the lab is named after its path. */
  lab: string;
  /** The head alone, to be compiled. */
  head: string;
  /** The base alone, whose policies are asked as well. */
  base: string;
}

const PREFIX = "homelab-ci-";
const LOCK = "lock";

/** Where the lab of this checkout's previews with `--keep` stands. */
const standingFolder = (paths: LabPaths) => join(tmpdir(), `${PREFIX}standing-${paths.id}`);

/**
 * A new folder, or with `keep` the standing one of this checkout.
 *
 * @throws when another preview is at work in the standing one
 */
export function openWorkspace(paths: LabPaths, keep: boolean): Workspace {
  const standing = standingFolder(paths);
  if (keep) mkdirSync(standing, { recursive: true, mode: 0o700 });
  const folder = keep ? standing : mkdtempSync(join(tmpdir(), PREFIX));
  const other = takeLock(join(folder, LOCK), "ci preview");
  if (other) {
    throw new Error(
      `${folder}: ./lab ${other.command} is at work there (pid ${other.pid}, since ${other.since}); ` +
        "wait for it to end, or leave --keep out",
    );
  }
  const inside = (name: string) => join(folder, name);
  return { folder, lab: inside("lab"), head: inside("head"), base: inside("base") };
}

/**
 * Removes the standing lab.
 *
 * @returns false where there is none
 * @throws when a preview is at work in it
 */
export async function removeStanding(paths: LabPaths, progress: Progress): Promise<boolean> {
  if (!existsSync(standingFolder(paths))) return false;
  const { folder } = openWorkspace(paths, true);
  await removeWorkspace(folder, progress);
  return true;
}

/** Lets the standing lab stand. */
export function leaveWorkspace({ folder }: Workspace): void {
  releaseLock(join(folder, LOCK));
}

/**
 * Removes the lab with all that it has on this machine, by this program's own means: those of the change
 * may be what does not work.
 */
export async function removeWorkspace(folder: string, progress: Progress): Promise<void> {
  const lab = join(folder, "lab");
  if (existsSync(lab)) {
    const paths = labPaths(lab);
    await removeEmbeddedNode(paths, progress);
    await endOrphans(paths.root, () => undefined);
    removeEventLogs(paths);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Removes what previews left that were killed. A standing lab stays: it is somebody's. */
export async function removeLeftovers(progress: Progress): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX) || name.startsWith(`${PREFIX}standing-`)) continue;
    const folder = join(tmpdir(), name);
    const holder = holderOf(folder);
    if (holder && !isRunning(holder)) {
      progress.info(`${folder}: was left by a preview that was killed, and is removed`);
      await removeWorkspace(folder, progress);
    }
  }
}

/** Undefined for a folder that has no lock yet: its preview is just beginning. */
function holderOf(folder: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, LOCK), "utf8")) as ProcessId;
  } catch {
    return undefined;
  }
}
