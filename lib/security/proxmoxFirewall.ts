import type { CtFirewallRules } from "./ctFirewall";

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
 * A CT's firewall as the Proxmox firewall has it, behind the policy DROP. The bridge's port sees packets
 * before Docker rewrites them, so all are known by where they were sent.
 */
export function proxmoxRules({ ports, ingress }: CtFirewallRules): ProxmoxRule[] {
  return ingress.flatMap(({ on, sources, protocol, port, description }) => {
    const index = ports.findIndex((one) => one.on === on);
    const own = ports[index];
    if (own === undefined) return [];
    return sources.map((source): ProxmoxRule => ({
      type: "in",
      action: "ACCEPT",
      iface: `net${index}`,
      proto: protocol,
      dport: String(port),
      ...(source === "0.0.0.0/0" ? {} : { source: source.replace(/\/32$/, "") }),
      dest: own.address,
      comment: description,
    }));
  });
}
