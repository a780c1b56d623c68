import type { Guest } from "../stack/guest";
import type { NatMode, Settings } from "../stack/settings";
import { parseAddress, parseHostPort } from "./cidr";

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

/** What a stack's network is told besides its CTs. */
export type NetworkSettings = Pick<
  Settings,
  "lan" | "privateNetwork" | "nameserver" | "aptProxy" | "nat"
>;

/** The network of a stack. */
export function nodeNetwork(settings: NetworkSettings, guests: readonly Guest[]): NodeNetwork {
  const { privateNetwork } = settings;
  return {
    lanBridge: settings.lan.bridge,
    privateBridge: privateNetwork.bridge,
    privateCidr: privateNetwork.cidr,
    gateway: privateNetwork.gateway,
    ports: guests.flatMap(({ vmid, ports }) =>
      ports.map(({ on, address }, index): CtPort => ({ vmid, index, bridge: on, address })),
    ),
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
