import { allCts } from "../lib/config/rules";
import { HOST_MEMORY_MIB } from "../lib/config/settings";
import { Preflight } from "../provider/preflight";
import type { StackConfig } from "./stackConfig";

/** The look at Proxmox that everything else waits for. */
export function preflight(config: StackConfig): Preflight {
  const { endpoint, caFile, nodeName, storage, template } = config.proxmox;
  return new Preflight("preflight", {
    endpoint,
    caFile,
    token: config.apiToken,
    needs: {
      nodeName,
      storage,
      template,
      lanBridge: config.lan.bridge,
      privateBridge: config.privateNetwork.bridge,
      hostMemoryMiB: HOST_MEMORY_MIB,
      cts: allCts(config).map(({ vmid, name, memoryMiB }) => ({ vmid, hostname: name, memoryMiB })),
    },
  });
}
