import { script, shellQuote, writeFileCommand } from "../shell/quote";

/** NAT of the private subnet on the Proxmox node. */
export interface Nat {
  lanBridge: string;
  privateBridge: string;
  privateCidr: string;
}

const FORWARD = "HOMELAB-FORWARD";
const POSTROUTING = "HOMELAB-NAT";

/** Files on the node: rules that can be loaded any number of times, and the line that loads them. */
export function natFiles(nat: Nat) {
  const { lanBridge: lan, privateBridge: own, privateCidr: cidr } = nat;
  const rules = `*filter
:${FORWARD} - [0:0]
-A ${FORWARD} -i ${lan} -o ${own} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ${FORWARD} -i ${lan} -o ${own} -j DROP
-A ${FORWARD} -i ${own} -o ${lan} -s ${cidr} -j ACCEPT
COMMIT
*nat
:${POSTROUTING} - [0:0]
-A ${POSTROUTING} -s ${cidr} -o ${lan} -j MASQUERADE
COMMIT
`;
  const folder = "/etc/homelab";
  const paths = {
    rules: `${folder}/nat-${own}.rules`,
    up: `${folder}/nat-${own}-up`,
    interfaces: `/etc/network/interfaces.d/homelab-${own}`,
  };
  const up = `#!/bin/sh
# Loaded by ifupdown when ${own} comes up, and by the Pulumi program.
set -eu
echo 1 > /proc/sys/net/ipv4/ip_forward
iptables-restore -w 10 --noflush < ${paths.rules}
iptables -w 10 -C FORWARD -j ${FORWARD} 2>/dev/null || iptables -w 10 -I FORWARD -j ${FORWARD}
iptables -w 10 -t nat -C POSTROUTING -j ${POSTROUTING} 2>/dev/null || \\
  iptables -w 10 -t nat -A POSTROUTING -j ${POSTROUTING}
`;
  // Proxmox owns the bridge's own stanza in /etc/network/interfaces; ifupdown merges this one with it.
  const interfaces = `iface ${own} inet manual\n    post-up ${paths.up}\n`;
  return { paths, rules, up, interfaces };
}

/** Commands that install the rules on the node, persistently, and load them now. */
export function setUpNat(nat: Nat): string {
  const files = natFiles(nat);
  return script(
    writeFileCommand({ path: files.paths.rules, text: files.rules }),
    writeFileCommand({ path: files.paths.up, text: files.up, mode: "0755" }),
    writeFileCommand({ path: files.paths.interfaces, text: files.interfaces }),
    files.paths.up,
  );
}

/** Commands that take the rules away again; what is gone already is no error. */
export function removeNat(nat: Nat): string {
  const { paths } = natFiles(nat);
  const chain = (table: string, from: string, name: string) =>
    `iptables -w 10 -t ${table} -D ${from} -j ${name} 2>/dev/null || true
iptables -w 10 -t ${table} -F ${name} 2>/dev/null || true
iptables -w 10 -t ${table} -X ${name} 2>/dev/null || true`;
  return script(
    chain("filter", "FORWARD", FORWARD),
    chain("nat", "POSTROUTING", POSTROUTING),
    `rm -f ${Object.values(paths).map(shellQuote).join(" ")}`,
  );
}
