import { contains, parseAddress, parseCidr } from "../net/cidr";

/** Security groups as AWS has them: closed unless opened, stateful, rules by reference to groups. */

export type Protocol = "tcp" | "udp";

/** The side of a machine that packets come in by: its interface in the LAN or in the private subnet. */
export const SIDES = ["lan", "private"] as const;
export type Side = (typeof SIDES)[number];

/** A network interface of a machine; its place in the list of ports is Proxmox's n of `net<n>`. */
export interface Port {
  /** The bridge it is on. */
  on: Side;
  /** The interface's IPv4 address; the node's port guard drops packets from any other. */
  address: string;
}

/** A machine that a group guards. */
export interface Member {
  name: string;
  /** In Proxmox's order: the first is `net0` outside and `eth0` inside. */
  ports: readonly Port[];
}

/** Lets IPv4 connections in. There are no rules for IPv6: nothing in the lab has an IPv6 address but link-local ones. */
export interface IngressRule {
  /** A group stands for the addresses that its members have on the side of the rule. */
  from: SecurityGroup | { cidr: string };
  port: number;
  protocol: Protocol;
  on: Side;
  /**
   * `host` when a process of the machine itself listens, `docker` when Docker publishes the port:
   * its packets are forwarded to a container and never meet the machine's own filter.
   */
  behind: "docker" | "host";
  /** What the rule is for, in a few words. */
  description: string;
}

export interface SecurityGroup {
  name: string;
  members: readonly Member[];
  /** Who may connect to every member. Answers to what a member began itself are always let in. */
  ingress: readonly IngressRule[];
}

/** The first packet of a connection, as the machine that it comes to sees it. */
export interface Attempt {
  source: string;
  /** Name of the member that it comes to. */
  to: string;
  on: Side;
  protocol: Protocol;
  port: number;
}

export interface Decision {
  admitted: boolean;
  /** The rule that admits it; without one the default drop decides. */
  rule?: IngressRule;
  /** The group of the packet's destination; undefined when no group has it as a member. */
  group?: SecurityGroup;
}

/** The address that a machine has on a side; undefined when it has no interface there. */
export function addressOn({ ports }: Pick<Member, "ports">, side: Side): string | undefined {
  return ports.find(({ on }) => on === side)?.address;
}

/** Addresses that a rule lets in, in CIDR form; a member without an address on its side adds none. */
export function sourcesOf({ from, on }: IngressRule): string[] {
  if ("cidr" in from) return [from.cidr];
  return from.members.flatMap((member) => {
    const address = addressOn(member, on);
    return address === undefined ? [] : [`${address}/32`];
  });
}

/** Whether a connection is let in, and what decides. */
export function decide(groups: readonly SecurityGroup[], attempt: Attempt): Decision {
  const group = groups.find(({ members }) => members.some(({ name }) => name === attempt.to));
  const rule = group?.ingress.find((one) => admits(one, attempt));
  return { admitted: rule !== undefined, rule, group };
}

function admits(rule: IngressRule, { source, on, protocol, port }: Attempt): boolean {
  if (rule.on !== on || rule.protocol !== protocol || rule.port !== port) return false;
  const address = parseAddress(source);
  if (address === undefined) return false;
  return sourcesOf(rule).some((text) => {
    const cidr = parseCidr(text);
    return cidr !== undefined && contains(cidr, address);
  });
}

/** The member that has an address, and on which side; undefined when none has it. */
export function whoHas(
  groups: readonly SecurityGroup[],
  address: string,
): { group: SecurityGroup; member: Member; on: Side } | undefined {
  for (const group of groups) {
    for (const member of group.members) {
      const port = member.ports.find((one) => one.address === address);
      if (port) return { group, member, on: port.on };
    }
  }
  return undefined;
}

/** @throws Error for a CT that its own group does not know, which no rule would then guard */
export function memberOf(group: SecurityGroup, name: string): Member {
  const found = group.members.find((member) => member.name === name);
  if (found) return found;
  const names = group.members.map((member) => member.name).join(", ");
  throw new Error(`security group ${group.name} has no member "${name}"; its members are ${names}`);
}

/** A rule in words: `5432/tcp from group app on the private side`. */
export function describeRule({ from, port, protocol, on }: IngressRule): string {
  const who = "cidr" in from ? from.cidr : `group ${from.name}`;
  return `${port}/${protocol} from ${who} on the ${on} side`;
}

/** What decides, in words: the rule of the group, or that there is none. */
export function describeDecision({ rule, group }: Decision): string {
  if (rule && group) return `rule of group ${group.name}: ${describeRule(rule)}`;
  return "no rule: default drop";
}
