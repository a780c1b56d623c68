import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseCtConfig, printCtConfig, type CtConfig } from "../codec/ctConfig";
import { digestOf, readText, writeAtomic } from "../os/files";
import { failure } from "../errors";
import { withFileLock } from "../os/fileLock";
import type { LxcHost } from "./lxcHost";

/** A CT's configuration as it is in its file. */
export interface StoredCt {
  config: CtConfig;
  /** SHA-1 of the raw file: any edit changes it. */
  digest: string;
}

const confPath = (host: LxcHost, vmid: number) => join(host.paths.lxcDir, `${vmid}.conf`);

export const configLock = (host: LxcHost, vmid: number) =>
  host.paths.at(`/run/lock/lxc/pve-config-${vmid}.lock`);

/** The ids of the node's CTs, ascending. */
export async function listVmids(host: LxcHost): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(host.paths.lxcDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .flatMap((name) => /^([1-9]\d{2,8})\.conf$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** @throws PveError 500 with the text that clients take for "gone" when there is no such CT. */
export async function readCt(host: LxcHost, vmid: number): Promise<StoredCt> {
  const text = await readText(confPath(host, vmid));
  if (text === undefined)
    throw failure(`Configuration file 'nodes/${host.node}/lxc/${vmid}.conf' does not exist`);
  return { config: parseCtConfig(text), digest: digestOf(text) };
}

export async function ctExists(host: LxcHost, vmid: number): Promise<boolean> {
  return (await readText(confPath(host, vmid))) !== undefined;
}

export async function writeCt(host: LxcHost, vmid: number, config: CtConfig): Promise<void> {
  await writeAtomic(confPath(host, vmid), printCtConfig(config));
}

export async function removeCt(host: LxcHost, vmid: number): Promise<void> {
  await rm(confPath(host, vmid), { force: true });
}

/** Seconds that a change waits for another one of the same CT. */
const lockWaitSeconds = 10;

/** Runs `action` with the CT's configuration locked against every other process. */
export async function withConfigLock<T>(
  host: LxcHost,
  vmid: number,
  action: () => Promise<T>,
): Promise<T> {
  return withFileLock(configLock(host, vmid), lockWaitSeconds, action);
}

/** Reads, changes and writes a configuration under its lock. */
export async function changeCt(
  host: LxcHost,
  vmid: number,
  change: (config: CtConfig) => void | Promise<void>,
): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const { config } = await readCt(host, vmid);
    await change(config);
    await writeCt(host, vmid, config);
  });
}

/** @throws PveError 500 while a lock such as `create` or `backup` is set in the configuration. */
export function refuseLocked(config: CtConfig): void {
  if (config.options.lock) throw failure(`CT is locked (${config.options.lock})`);
}
