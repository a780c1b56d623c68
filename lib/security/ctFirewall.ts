import type { IngressRule, Port, Protocol, SecurityGroup, Side } from "./securityGroup";
import { describeRule, memberOf, sourcesOf } from "./securityGroup";

/** The firewall of one CT as data: everything that its rules are rendered from. */
export interface CtFirewallRules {
  /** Host name of the CT. */
  member: string;
  /** The CT's interfaces, in Proxmox's order. */
  ports: readonly Port[];
  /** Who may connect; everybody else is dropped. */
  ingress: readonly Ingress[];
  /** systemd unit of the CT's service, which does not start before the rules are in force. */
  service: string;
}

/** One way in, with the groups it refers to written out as addresses. */
export interface Ingress {
  /** IPv4 subnets in CIDR form; none: nobody. */
  sources: readonly string[];
  /** TCP or UDP port, 1 to 65535. */
  port: number;
  protocol: Protocol;
  on: Side;
  /** `docker` when Docker publishes the port, `host` when a process of the CT listens. */
  behind: IngressRule["behind"];
  /** What it is for, with the rule in words. */
  description: string;
}

/** The firewall of a CT with these ways in. */
export function firewallRules(
  ct: { name: string; ports: readonly Port[]; unit: string },
  ingress: readonly Ingress[],
): CtFirewallRules {
  return { member: ct.name, ports: ct.ports, ingress, service: ct.unit };
}

/**
 * A security group as the firewall of one of its members.
 *
 * @throws Error when the group has no such member
 */
export function firewallOf(group: SecurityGroup, name: string, service: string): CtFirewallRules {
  const { ports } = memberOf(group, name);
  return { member: name, ports, ingress: ingressOf(group.ingress), service };
}

/** Rules with the groups that they refer to written out as addresses. */
export function ingressOf(rules: readonly IngressRule[]): readonly Ingress[] {
  return rules.map((rule) => ({
    sources: sourcesOf(rule),
    port: rule.port,
    protocol: rule.protocol,
    on: rule.on,
    behind: rule.behind,
    description: `${rule.description}: ${describeRule(rule)}`,
  }));
}
