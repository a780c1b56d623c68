import type { StorageDriver } from "../stack/settings";

/**
 * Docker's own bridge in an app node. Given explicitly, because Docker's default (172.17.0.0/16) is
 * often the very network that the Proxmox node's resolver lives in.
 */
export const DOCKER_BRIDGE_CIDR = "10.210.0.0/24";
const DOCKER_BRIDGE_ADDRESS = "10.210.0.1/24";

/** Replaced on the node by the MTU of its network interface, which only the node knows. */
export const MTU_PLACEHOLDER = "@MTU@";

/** daemon.json of an app node. */
export function daemonJson(driver: StorageDriver): string {
  const settings = {
    "storage-driver": driver,
    // The proxy's listener would answer on addresses that iptables' forwarding rules never see.
    "userland-proxy": false,
    bip: DOCKER_BRIDGE_ADDRESS,
    mtu: MTU_PLACEHOLDER,
    "log-driver": "json-file",
    "log-opts": { "max-size": "5m", "max-file": "2" },
  };
  const text = JSON.stringify(settings, null, 2);
  return `${text.replace(`"${MTU_PLACEHOLDER}"`, MTU_PLACEHOLDER)}\n`;
}
