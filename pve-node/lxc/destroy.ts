import { rm } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../errors";
import type { TaskLog } from "../contract";
import { removeStaleCgroups } from "./cgroup";
import { changeCt, readCt, refuseLocked, removeCt } from "./configStore";
import { freeDisk } from "./disks";
import { lxcLogFile, removeLxcDirectory, startErrorFile, type LxcHost } from "./lxcHost";
import { isRunning } from "./processes";
import { stopCt } from "./stop";
import { ownVolumes } from "./volumes";

/** Whether a CT may be removed now. @throws with Proxmox's text when not. */
export async function checkDestroy(host: LxcHost, vmid: number, force: boolean): Promise<void> {
  const { config } = await readCt(host, vmid);
  refuseLocked(config);
  if (config.options.protection === "1")
    throw failure(`can't remove CT ${vmid} - protection mode enabled`);
  if (!force && (await isRunning(host, vmid)))
    throw failure(`unable to destroy CT ${vmid} - container is running`);
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
  // A removal that is cut short is finished at the next start of the API.
  await changeCt(host, vmid, (config) => {
    config.options.lock = "destroyed";
  });
  const { options } = (await readCt(host, vmid)).config;
  for (const volid of ownVolumes(options)) {
    await freeDisk(host, volid);
    log.line(`removed volume '${volid}'`);
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
