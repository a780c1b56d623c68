import type { Settings } from "../config/settings";
import { parseAddress, parseHostPort } from "./cidr";

/** When the private subnet may reach the internet: always, or only while packages are installed. */
export const NAT_MODES = ["always", "provisioning"] as const;
export type NatMode = (typeof NAT_MODES)[number];

/** A network interface of a CT, as the Proxmox node sees it. */
export interface CtPort {
  vmid: number;
  /** n of Proxmox's `net<n>`. */
  index: number;
  bridge: "lan" | "private";
  /** The only IPv4 address that may speak there. */
  address: string;
}

/** What the Proxmox node's filters are compiled from. */
export interface NodeNetwork {
  lanBridge: string;
  privateBridge: string;
  privateCidr: string;
  /** The node's own address in the private subnet. */
  gateway: string;
  ports: CtPort[];
  /** Address of the CTs' resolver; may be the node's own. */
  nameserver: string;
  /** Address and port of the CTs' package cache, where one is configured by address. */
  aptProxy?: { address: string; port: number };
  nat: NatMode;
}

/** The network of a stack. The load balancer's first interface is in the LAN, its second private. */
export function nodeNetwork(settings: Settings): NodeNetwork {
  const { loadBalancer, appNodes, database, privateNetwork } = settings;
  const alone = [...appNodes, database].map(({ vmid, address }): CtPort => ({
    vmid,
    index: 0,
    bridge: "private",
    address,
  }));
  const { vmid, address, lanAddress } = loadBalancer;
  return {
    lanBridge: settings.lan.bridge,
    privateBridge: privateNetwork.bridge,
    privateCidr: privateNetwork.cidr,
    gateway: privateNetwork.gateway,
    ports: [
      { vmid, index: 0, bridge: "lan", address: lanAddress },
      { vmid, index: 1, bridge: "private", address },
      ...alone,
    ],
    nameserver: settings.nameserver,
    aptProxy: parseHostPort(settings.aptProxy ?? ""),
    nat: settings.nat,
  };
}

/**
 * MAC address of a CT's interface, made from its IPv4 address: as unique on a network as the address
 * is, and known before the CT exists. `02` marks it as locally administered.
 */
export function macOf(address: string): string {
  const value = parseAddress(address) ?? 0;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
  // Upper case, as Proxmox writes it: another spelling would be a difference.
  const hex = [0x02, 0x48, ...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  return hex.join(":").toUpperCase();
}
