import { contains, parseCidr } from "../cidr";
import type { Firewall } from "./firewall";
import type { FirewallRule } from "./iptables";

/** The first packet of a TCP connection from outside. */
export interface Packet {
  source: string;
  port: number;
}

const MAX_DEPTH = 8;
const FINAL = new Set(["ACCEPT", "DROP", "REJECT"]);

/**
 * What a chain does with a packet. Where a condition cannot be judged, an ACCEPT counts as meant for
 * the packet and anything else as not: a rule set is closed only when that can be seen.
 */
export function verdict(firewall: Firewall, chain: string, packet: Packet): string {
  return decide(firewall, chain, packet, 0) ?? firewall.policies.get(chain) ?? "ACCEPT";
}

function decide(
  firewall: Firewall,
  chain: string,
  packet: Packet,
  depth: number,
): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  for (const rule of firewall.chains.get(chain) ?? []) {
    const { target } = rule;
    if (target === undefined || !matches(rule, packet)) continue;
    if (target === "RETURN") return undefined;
    if (FINAL.has(target)) return target;
    const inside = decide(firewall, target, packet, depth + 1);
    if (inside) return inside;
  }
  return undefined;
}

function matches(rule: FirewallRule, { source, port }: Packet): boolean {
  if (!admitsNew(rule) || rule.outInterface) return false;
  if (!portsInclude(rule.destinationPort, port)) return false;
  if (!portsInclude(rule.originalPort, port)) return false;
  if (rule.source !== undefined && !sourceIncludes(rule.source, source)) return false;
  return rule.target === "ACCEPT" || (rule.other.length === 0 && !rule.inInterface);
}

/** True for a rule that a connection's first TCP or UDP packet from another machine can meet. */
export function admitsNew(rule: FirewallRule): boolean {
  if (rule.inInterface === "lo") return false;
  if (rule.states && !rule.states.includes("NEW")) return false;
  return rule.protocol === undefined || ["tcp", "udp", "all", "6", "17"].includes(rule.protocol);
}

/** True for a source that holds more addresses than any private network does. */
export function isWorld(source: string | undefined): boolean {
  const [address = "", prefix] = (source ?? "0.0.0.0/0").split("/");
  return prefix !== undefined && Number(prefix) < (address.includes(":") ? 10 : 8);
}

function portsInclude(range: string | undefined, port: number): boolean {
  if (range === undefined) return true;
  const [first = "", last = first] = range.split(":");
  return port >= Number(first || 0) && port <= Number(last || 65535);
}

function sourceIncludes(range: string, source: string): boolean {
  const cidr = parseCidr(range);
  if (cidr && !source.includes(":")) return contains(cidr, source);
  return range === source || (range.includes(":") && source.includes(":") && isWorld(range));
}
