import type { Guest } from "../stack/guest";
import { HOST_MEMORY_MIB, type Settings } from "../stack/settings";
import type { Needs } from "./preflightRules";

/** The settings that say what a stack needs of its Proxmox node. */
type Asking = {
  proxmox: Pick<Settings["proxmox"], "nodeName" | "storage" | "template">;
  lan: Pick<Settings["lan"], "bridge">;
  privateNetwork: Pick<Settings["privateNetwork"], "bridge">;
  proxmoxFirewall?: boolean;
};

/** What a stack with these guests needs of its Proxmox node: `up` and `doctor` ask for the same. */
export function needsOf(site: Asking, guests: readonly Guest[]): Needs {
  const { proxmox, lan, privateNetwork, proxmoxFirewall } = site;
  return {
    nodeName: proxmox.nodeName,
    storage: proxmox.storage,
    template: proxmox.template,
    lanBridge: lan.bridge,
    privateBridge: privateNetwork.bridge,
    hostMemoryMiB: HOST_MEMORY_MIB,
    cts: guests.map(({ name: hostname, vmid, memoryMiB, diskGiB }) => ({
      ...{ hostname, vmid, memoryMiB, diskGiB },
    })),
    ...(proxmoxFirewall ? { proxmoxFirewall: true } : {}),
  };
}
