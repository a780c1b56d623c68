import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { CtConfig } from "../codec/ctConfig";
import { failure } from "../errors";
import type { TaskLog } from "../contract";
import { removeStaleCgroups } from "./cgroup";
import { readCt, refuseLocked, removeCt, withConfigLock, writeCt } from "./configStore";
import { freeDisk } from "./disks";
import { lxcLogFile, removeLxcDirectory, startErrorFile, type LxcHost } from "./lxcHost";
import { isRunning } from "./processes";
import { stopCt } from "./stop";
import { namedVolumes } from "./volumes";

/** Whether a CT may be removed now. @throws with Proxmox's text when not. */
export async function checkDestroy(host: LxcHost, vmid: number, force: boolean): Promise<void> {
  refuseProtected(vmid, (await readCt(host, vmid)).config);
  if (!force && (await isRunning(host, vmid)))
    throw failure(`unable to destroy CT ${vmid} - container is running`);
}

/** @throws with Proxmox's text for a CT that is locked or protected. */
export function refuseProtected(vmid: number, config: CtConfig): void {
  refuseLocked(config);
  if (config.options.protection === "1")
    throw failure(`can't remove CT ${vmid} - protection mode enabled`);
}

/** Removes a CT with its disks, firewall rules and files. */
export async function destroyCt(
  host: LxcHost,
  vmid: number,
  force: boolean,
  log: TaskLog,
): Promise<void> {
  await checkDestroy(host, vmid, force);
  if (await isRunning(host, vmid)) await stopCt(host, vmid);
  // Looked at again under the lock that a start holds: a CT that has been started meanwhile stays.
  const config = await withConfigLock(host, vmid, async () => {
    await checkDestroy(host, vmid, false);
    const { config: current } = await readCt(host, vmid);
    // A removal that is cut short is finished at the next start of the API.
    current.options.lock = "destroyed";
    await writeCt(host, vmid, current);
    return current;
  });
  for (const volid of namedVolumes(config)) {
    const removed = await freeDisk(host, vmid, volid);
    log.line(
      removed ? `removed volume '${volid}'` : `volume '${volid}' is not owned by CT ${vmid}`,
    );
  }
  await removeStaleCgroups(vmid);
  await removeLxcDirectory(host, vmid);
  for (const file of [
    lxcLogFile(host, vmid),
    startErrorFile(host, vmid),
    join(host.paths.pve, "firewall", `${vmid}.fw`),
  ])
    await rm(file, { force: true });
  await removeCt(host, vmid);
}
