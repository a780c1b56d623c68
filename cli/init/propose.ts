import { formatAddress, isHost, overlaps, parseAddress, parseCidr } from "../../lib/net/cidr";
import type { NodeFacts, NodeInterface } from "./facts";

/** Proposals for a stack's settings from what the node has: each the best choice first, none where there is none. */

export function diskStorages({ storages }: NodeFacts): string[] {
  return storages
    .filter(({ content, active }) => content.split(",").includes("rootdir") && active !== 0)
    .sort((a, b) => (b.avail ?? 0) - (a.avail ?? 0))
    .map(({ storage }) => storage);
}

/** Debian 12's templates, the newest first; the program knows no other system. */
export function debianTemplates({ templates }: NodeFacts): string[] {
  return templates
    .map(({ volid }) => volid)
    .filter((volid) => /vztmpl\/debian-12[-.\w]*\.tar\.\w+$/.test(volid))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

/** Storages that a template can be brought to. */
export function templateStorages({ storages }: NodeFacts): string[] {
  return storages
    .filter(({ content, active }) => content.split(",").includes("vztmpl") && active !== 0)
    .map(({ storage }) => storage);
}

const isBridge = ({ type }: NodeInterface) => /bridge/i.test(type);

/** Bridges that a LAN can be on, one with the node's gateway first. */
export function lanBridges({ interfaces }: NodeFacts): NodeInterface[] {
  return interfaces
    .filter(isBridge)
    .sort((a, b) => Number(Boolean(b.gateway)) - Number(Boolean(a.gateway)))
    .sort((a, b) => Number(Boolean(b.cidr)) - Number(Boolean(a.cidr)));
}

/** The first name `vmbr1`, `vmbr2`, … that no interface has. */
export function freeBridge({ interfaces }: NodeFacts): string {
  const taken = new Set(interfaces.map(({ iface }) => iface));
  for (let number = 1; ; number++) if (!taken.has(`vmbr${number}`)) return `vmbr${number}`;
}

/** The first of 10.10.10.0/24, 10.10.11.0/24, … that meets none of the node's subnets. */
export function freePrivateSubnet({ subnets }: NodeFacts, lan: string): string {
  const taken = [...subnets, lan].flatMap((text) => parseCidr(text) ?? []);
  for (let third = 10; third < 256; third++) {
    const text = `10.10.${third}.0/24`;
    if (!taken.some((other) => overlaps(parseCidr(text)!, other))) return text;
  }
  throw new Error(
    "private subnet: every one of 10.10.10.0/24 to 10.10.255.0/24 is in use; name one",
  );
}

/** Addresses of the private subnet, from its own numbers. */
export function privateAddresses(cidr: string): Record<string, string> {
  const { network } = parseCidr(cidr)!;
  return {
    privateGateway: formatAddress(network + 1),
    lbPrivateAddress: formatAddress(network + 10),
    appAddressStart: formatAddress(network + 11),
    dbAddress: formatAddress(network + 50),
  };
}

/** vmids for load balancer, app nodes and database: 110, 111…, 150 or the same of a later hundred. */
export function freeVmids({ guests }: NodeFacts, appNodes: number): Record<string, number> {
  const taken = new Set(guests.map(({ vmid }) => Number(vmid)));
  for (let base = 100; base < 1_000_000; base += 100) {
    const wanted = [base + 10, base + 50];
    for (let app = 0; app < appNodes; app++) wanted.push(base + 11 + app);
    if (wanted.every((vmid) => !taken.has(vmid))) {
      return { vmidLb: base + 10, vmidAppStart: base + 11, vmidDb: base + 50 };
    }
  }
  throw new Error("vmids: no hundred is free; set vmidLb, vmidAppStart and vmidDb by hand");
}

/** The upper half of the subnet, from above: routers give addresses from below, mostly. */
export function lanCandidates(lan: string, used: readonly string[], count = 16): string[] {
  const cidr = parseCidr(lan);
  if (!cidr) return [];
  const top = cidr.network + 2 ** (32 - cidr.prefix) - 2;
  const found: string[] = [];
  for (let address = top - 4; address > cidr.network && found.length < count; address--) {
    const text = formatAddress(address);
    if (isHost(cidr, address) && !used.includes(text)) found.push(text);
  }
  return found;
}

/** A resolver that CTs reach: none on loopback, which in a CT is the CT itself. */
export function nameserverOf({ nameservers }: NodeFacts): string {
  return (
    nameservers.find((one) => parseAddress(one) !== undefined && !one.startsWith("127.")) ??
    "1.1.1.1"
  );
}
