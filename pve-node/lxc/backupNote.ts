import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { execute } from "../os/command";
import { takeLock } from "../os/fileLock";
import { readText, writeAtomic } from "../os/files";
import { changeCt, ctExists, listVmids } from "./configStore";
import type { LxcHost } from "./lxcHost";
import { isRunning } from "./processes";
import { startCt } from "./start";

/** What a backup must undo, written down before it is done: a killed one is undone by the next start of the API. */
export interface BackupNote {
  /** The archive that is being written. */
  draft: string;
  /** A folder for files that go into the archive. */
  parts: string;
  /** The CT ran, and is stopped for the backup. */
  startAgain: boolean;
}

const noteFile = (host: LxcHost, vmid: number) => host.paths.at(`/var/lib/lxc/${vmid}/backup.json`);
const processLock = (host: LxcHost, vmid: number) =>
  host.paths.at(`/run/lock/lxc/pve-backup-${vmid}.lock`);

/** Runs a backup of a CT so that another one waits for none, and so that it is known when it is cut short. */
export async function noted(
  host: LxcHost,
  vmid: number,
  note: BackupNote,
  action: () => Promise<void>,
): Promise<void> {
  const lock = await takeLock(processLock(host, vmid), 0);
  if (!lock) throw new Error(`CT ${vmid} is being backed up already`);
  try {
    const file = noteFile(host, vmid);
    await mkdir(dirname(file), { recursive: true });
    await writeAtomic(file, JSON.stringify(note), 0o600);
    try {
      await action();
    } finally {
      await cleanUp(host, vmid, note);
    }
  } finally {
    await lock.release();
  }
}

/** As Proxmox does: nobody starts, stops, changes or removes a CT while it is backed up. */
export const lockForBackup = (host: LxcHost, vmid: number) =>
  changeCt(host, vmid, (config) => {
    if (config.options.lock) throw new Error(`CT is locked (${config.options.lock})`);
    config.options.lock = "backup";
  });

export const unlockAfterBackup = (host: LxcHost, vmid: number) =>
  changeCt(host, vmid, (config) => {
    if (config.options.lock === "backup") delete config.options.lock;
  });

async function cleanUp(host: LxcHost, vmid: number, note: BackupNote): Promise<void> {
  await rm(note.draft, { force: true });
  await rm(note.parts, { recursive: true, force: true });
  await rm(noteFile(host, vmid), { force: true });
}

/** Undoes what killed backups left: frozen or stopped CTs, locks, half an archive. @returns the CTs' ids */
export async function endKilledBackups(host: LxcHost): Promise<number[]> {
  const ended: number[] = [];
  for (const vmid of await listVmids(host)) {
    const text = await readText(noteFile(host, vmid));
    if (text === undefined || !(await ctExists(host, vmid))) continue;
    const lock = await takeLock(processLock(host, vmid), 0);
    if (!lock) continue; // `vzdump` of another process is at work
    try {
      const note = JSON.parse(text) as BackupNote;
      const running = await isRunning(host, vmid);
      if (running) await execute("lxc-unfreeze", ["-n", String(vmid)]);
      await unlockAfterBackup(host, vmid);
      await cleanUp(host, vmid, note);
      const quiet = { line: () => undefined, warn: () => undefined };
      const log = { ...quiet, signal: new AbortController().signal };
      if (note.startAgain && !running) await startCt(host, vmid, log);
      ended.push(vmid);
    } finally {
      await lock.release();
    }
  }
  return ended;
}
