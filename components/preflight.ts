import type * as pulumi from "@pulumi/pulumi";
import { inStartOrder } from "../lib/stack/guests";
import { HOST_MEMORY_MIB } from "../lib/stack/settings";
import { PowerState } from "../provider/powerState";
import { Preflight } from "../provider/preflight";
import type { SiteArgs } from "./siteArgs";

/** The look at Proxmox that everything else waits for. */
export function preflight(
  name: string,
  site: SiteArgs,
  opts: pulumi.CustomResourceOptions,
): Preflight {
  const { nodeName, storage, template } = site.proxmox;
  const args = {
    ...api(site),
    needs: {
      nodeName,
      storage,
      template,
      lanBridge: site.lan.bridge,
      privateBridge: site.privateNetwork.bridge,
      hostMemoryMiB: HOST_MEMORY_MIB,
      cts: site.guests.map(({ name, vmid, memoryMiB, diskGiB }) => ({
        ...{ hostname: name, vmid, memoryMiB, diskGiB },
      })),
      ...(site.proxmoxFirewall ? { proxmoxFirewall: true } : {}),
    },
  };
  return new Preflight(name, args, opts);
}

/** Keeps the stack's CTs started, in their order. */
export function powerState(
  name: string,
  site: SiteArgs,
  opts: pulumi.CustomResourceOptions,
): PowerState {
  const args = {
    ...api(site),
    nodeName: site.proxmox.nodeName,
    node: site.access.endpoint,
    vmids: inStartOrder(site.guests).map(({ vmid }) => vmid),
  };
  return new PowerState(name, args, opts);
}

function api({ proxmox, apiToken }: SiteArgs) {
  return { endpoint: proxmox.endpoint, token: apiToken };
}
