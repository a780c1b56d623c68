import type * as pulumi from "@pulumi/pulumi";
import { allCts } from "../lib/config/settingsRules";
import { HOST_MEMORY_MIB } from "../lib/config/settings";
import { PowerState } from "../provider/powerState";
import { Preflight } from "../provider/preflight";
import type { StackConfig } from "./stackConfig";

/** The look at Proxmox that everything else waits for. */
export function preflight(config: StackConfig): Preflight {
  const { nodeName, storage, template } = config.proxmox;
  return new Preflight("preflight", {
    ...api(config),
    needs: {
      nodeName,
      storage,
      template,
      lanBridge: config.lan.bridge,
      privateBridge: config.privateNetwork.bridge,
      hostMemoryMiB: HOST_MEMORY_MIB,
      cts: allCts(config).map(({ name, vmid, memoryMiB, diskGiB }) => ({
        ...{ hostname: name, vmid, memoryMiB, diskGiB },
      })),
      ...(config.proxmoxFirewall ? { proxmoxFirewall: true } : {}),
    },
  });
}

/** Keeps the stack's CTs started: the database first, for the app nodes ask it, the load balancer last. */
export function powerState(config: StackConfig, opts: pulumi.CustomResourceOptions): PowerState {
  const order = [config.database, ...config.appNodes, config.loadBalancer];
  const args = {
    ...api(config),
    nodeName: config.proxmox.nodeName,
    node: config.access.endpoint,
    vmids: order.map((ct) => ct.vmid),
  };
  return new PowerState("power", args, opts);
}

function api({ proxmox, apiToken }: StackConfig) {
  return { endpoint: proxmox.endpoint, caFile: proxmox.caFile, token: apiToken };
}
