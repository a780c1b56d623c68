import { contains, parseCidr } from "../cidr";
import type { Table } from "./firewall";
import type { FirewallRule } from "./iptables";

/** The first packet of a connection from outside. */
export interface Packet {
  source: string;
  port: number;
  /** @default "tcp" */
  protocol?: string;
  /**
   * Interface that it comes in by.
   *
   * @default - not known
   */
  inInterface?: string;
}

const MAX_DEPTH = 8;
const FINAL = new Set(["ACCEPT", "DROP", "REJECT"]);

/**
 * What a chain does with a packet. Where a condition cannot be judged, an ACCEPT counts as meant for
 * the packet and anything else as not: a rule set is closed only when that can be seen.
 */
export function verdict(table: Table, chain: string, packet: Packet): string {
  return decide(table, chain, packet, 0) ?? table.policies.get(chain) ?? "ACCEPT";
}

function decide(table: Table, chain: string, packet: Packet, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  for (const rule of table.chains.get(chain) ?? []) {
    const { target } = rule;
    if (target === undefined || !matches(rule, packet)) continue;
    if (target === "RETURN") return undefined;
    if (FINAL.has(target)) return target;
    const inside = decide(table, target, packet, depth + 1);
    if (inside) return inside;
  }
  return undefined;
}

function matches(rule: FirewallRule, packet: Packet): boolean {
  const { source, port, protocol = "tcp", inInterface } = packet;
  if (!admitsNew(rule) || rule.outInterface) return false;
  if (rule.protocol && rule.protocol !== "all" && !protocolIs(rule.protocol, protocol))
    return false;
  if (!portsInclude(rule.destinationPort, port)) return false;
  if (!portsInclude(rule.originalPort, port)) return false;
  if (rule.source !== undefined && !sourceIncludes(rule.source, source)) return false;
  if (rule.inInterface && inInterface && !interfaceIs(rule.inInterface, inInterface)) return false;
  const judged = rule.other.length === 0 && (!rule.inInterface || inInterface !== undefined);
  return rule.target === "ACCEPT" || judged;
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

const NUMBERS: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp" };

function protocolIs(wanted: string, protocol: string): boolean {
  return (NUMBERS[wanted] ?? wanted) === protocol;
}

/** `br-+` stands for every name that begins like it. */
function interfaceIs(wanted: string, name: string): boolean {
  return wanted.endsWith("+") ? name.startsWith(wanted.slice(0, -1)) : wanted === name;
}

function portsInclude(range: string | undefined, port: number): boolean {
  if (range === undefined) return true;
  return range.split(",").some((one) => {
    const [first = "", last = first] = one.split(":");
    return port >= Number(first || 0) && port <= Number(last || 65535);
  });
}

function sourceIncludes(range: string, source: string): boolean {
  const cidr = parseCidr(range);
  if (cidr && !source.includes(":")) return contains(cidr, source);
  return range === source || (range.includes(":") && source.includes(":") && isWorld(range));
}
