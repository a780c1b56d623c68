import type { Member, SecurityGroup } from "./securityGroup";
import { describeRule, sourcesOf } from "./securityGroup";

/** A rule of the Proxmox firewall of a CT, as the Proxmox provider takes it. */
export interface ProxmoxRule {
  type: "in";
  action: "ACCEPT";
  /** Proxmox's name of the interface: `net0`. */
  iface: string;
  proto: string;
  dport: string;
  source?: string;
  dest: string;
  comment: string;
}

/**
 * A security group as the Proxmox firewall of one of its members has it, behind the policy DROP. The
 * bridge's port sees packets before Docker rewrites them, so all are known by where they were sent.
 */
export function proxmoxRules(group: SecurityGroup, member: Member): ProxmoxRule[] {
  return group.ingress.flatMap((rule) => {
    const dest = member.addresses[rule.on];
    if (dest === undefined) return [];
    const index = rule.on === "private" && member.addresses.lan !== undefined ? 1 : 0;
    return sourcesOf(rule).map((source): ProxmoxRule => ({
      type: "in",
      action: "ACCEPT",
      iface: `net${index}`,
      proto: rule.protocol,
      dport: String(rule.port),
      ...(source === "0.0.0.0/0" ? {} : { source: source.replace(/\/32$/, "") }),
      dest,
      comment: `${rule.description}: ${describeRule(rule)}`,
    }));
  });
}
