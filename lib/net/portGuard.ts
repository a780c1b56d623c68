import type { CtPort, NodeNetwork } from "./nodeNetwork";
import { macOf } from "./nodeNetwork";
import { deniedLog, tableName } from "./nodeFilter";

/** Proxmox's name of a CT's interface on the node; there before the interface is. */
const vethOf = ({ vmid, index }: CtPort) => `veth${vmid}i${index}`;

/**
 * With Proxmox's firewall on, a CT is behind a bridge of its own, `veth - fwbr - fwln = fwpr - vmbr`:
 * packets of one CT pass all of these ports.
 */
const doorsOf = (port: CtPort) => [
  vethOf(port),
  `fwln${port.vmid}i${port.index}`,
  `fwpr${port.vmid}p${port.index}`,
];

/**
 * Guards on the bridge ports of the stack's CTs, as an nft table: from each port only its own MAC and
 * IPv4 address speak, in IP and in ARP; everything else, IPv6 and VLAN tags included, is dropped. They
 * match by name, so they hold for ports that appear later.
 *
 * A guest that is not of the stack, on the same private bridge, can neither use the lab's addresses
 * towards the lab's CTs nor speak IPv6 with them. Not covered: what such a guest tells the node itself
 * by ARP, and taking over a MAC address. Only Proxmox's administrators can put one there.
 */
export function portGuardTable(network: NodeNetwork): string {
  const { ports, gateway } = network;
  const own = ports.filter(({ bridge }) => bridge === "private");
  const mac = (port: CtPort) => macOf(port.address).toLowerCase();
  const list = (words: string[]) => `elements = {\n    ${words.join(",\n    ")},\n  }`;
  const quoted = (names: string[]) => names.map((name) => `"${name}"`);
  const name = tableName(network);
  return `table bridge ${name}
delete table bridge ${name}
table bridge ${name} {
  set ports { type ifname; ${list(quoted(ports.map(vethOf)))}; }
  set doors { type ifname; ${list(quoted(own.flatMap(doorsOf)))}; }
  set addresses { type ipv4_addr; ${list([gateway, ...own.map(({ address }) => address)])}; }
  set ip-speakers { typeof iifname . ether saddr . ip saddr; ${list(
    ports.map((port) => `"${vethOf(port)}" . ${mac(port)} . ${port.address}`),
  )}; }
  set arp-speakers { typeof iifname . ether saddr . arp saddr ether . arp saddr ip; ${list(
    ports.map((port) => `"${vethOf(port)}" . ${mac(port)} . ${mac(port)} . ${port.address}`),
  )}; }
  # Before the bridge learns where a MAC address is.
  chain prerouting {
    type filter hook prerouting priority -250; policy accept;
    iifname @ports jump guarded
  }
  chain guarded {
    iifname . ether saddr . ip saddr @ip-speakers return
    iifname . ether saddr . arp saddr ether . arp saddr ip @arp-speakers return
    ether type ip ${deniedLog("forward")}
    drop
  }
  chain forward {
    type filter hook forward priority -10; policy accept;
    oifname @doors iifname != @doors jump foreign
  }
  chain foreign {
    ether type ip6 drop
    ip saddr @addresses ${deniedLog("forward")}
    ip saddr @addresses drop
    arp saddr ip @addresses drop
  }
  chain output {
    type filter hook output priority -10; policy accept;
    oifname @doors ether type ip6 drop
  }
}
`;
}
