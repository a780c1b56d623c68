import { link, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import type { CtConfig } from "../codec/ctConfig";
import { printVolumeOption, volumeType } from "../codec/mountPoint";
import { failure } from "../errors";
import { readCt, refuseLocked, withConfigLock, writeCt } from "./configStore";
import type { LxcHost } from "./lxcHost";
import { isRunning } from "./processes";
import { volumePath } from "./storages";
import { volumesOf } from "./volumes";

/** @throws with Proxmox's text when a CT cannot become a template. */
export function checkTemplate(config: CtConfig, running: boolean): void {
  refuseLocked(config);
  if (Object.keys(config.snapshots).length > 0)
    throw failure("unable to create template, because CT contains snapshots");
  if (config.options.template === "1") throw failure("you can't convert a template to a template");
  if (running) throw failure("you can't convert a CT to template if the CT is running");
}

/** The name of a template's disk. */
export const baseVolume = (volid: string) => volid.replace(/\/vm-(\d+-)/, "/base-$1");

/** Makes a CT a template: its disks get other names, and it starts no more. */
export async function makeTemplate(host: LxcHost, vmid: number): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const { config } = await readCt(host, vmid);
    checkTemplate(config, await isRunning(host, vmid));
    const old: string[] = [];
    for (const { key, mount } of volumesOf(config.options)) {
      if (volumeType(mount.volume) !== "volume") continue;
      const volume = baseVolume(mount.volume);
      if (volume === mount.volume) continue;
      const [from, to] = [await volumePath(host, mount.volume), await volumePath(host, volume)];
      // A second name first: whatever ends this, the configuration names a disk that is there.
      if (existsSync(to)) throw failure(`disk image '${to}' already exists`);
      await link(from, to);
      old.push(from);
      config.options[key] = printVolumeOption(key, { ...mount, volume });
    }
    config.options.template = "1";
    await writeCt(host, vmid, config);
    for (const path of old) await rm(path, { force: true });
  });
}
