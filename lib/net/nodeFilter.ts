import type { FlowChain } from "../security/flowLog";
import { FLOW_LOG_GROUP, FLOW_LOG_RATE, flowPrefix } from "../security/flowLog";
import type { NodeNetwork } from "./nodeNetwork";

/** Logs a packet that is about to be dropped, as in the CTs; no flood of them fills the log. */
export function deniedLog(chain: FlowChain): string {
  const { perSecond, burst } = FLOW_LOG_RATE;
  const limit = `limit rate ${perSecond}/second burst ${burst} packets`;
  return `${limit} log prefix "${flowPrefix(chain)}" group ${FLOW_LOG_GROUP}`;
}

/** nft's name of everything that belongs to a private bridge. */
export const tableName = (network: Pick<NodeNetwork, "privateBridge">) =>
  `homelab-${network.privateBridge}`;

/**
 * The node's own filter and NAT as an nft table. It has chains of its own, ahead of the Proxmox
 * firewall's and everybody else's: nobody's rules come before it, and a drop is final. What it lets
 * pass is still theirs to judge.
 *
 * The set `egress` holds who may go out. With `nat: provisioning` it is empty, and `openEgress` puts
 * single CTs in for a while.
 */
export function nodeFilterTable(network: NodeNetwork): string {
  const { lanBridge: lan, privateBridge: own, privateCidr: cidr, nameserver, aptProxy } = network;
  const name = tableName(network);
  const always = network.nat === "always" ? `; elements = { ${cidr} }` : "";
  const inLan = network.ports.filter(({ bridge }) => bridge === "lan").map((port) => port.address);
  // The cache fetches from the internet for whoever asks: it is egress, even over an open connection.
  const cache = aptProxy
    ? `
    ip saddr @egress ip daddr ${aptProxy.address} tcp dport ${aptProxy.port} accept
    tcp dport ${aptProxy.port} goto denied-input`
    : "";
  return `table inet ${name}
delete table inet ${name}
table inet ${name} {
  set egress { type ipv4_addr; flags interval, timeout${always}; }
  chain input {
    type filter hook input priority filter - 10; policy accept;
    iifname "${own}" goto from-private
    iifname "${lan}" ip saddr ${cidr} goto denied-input
    iifname "${lan}" ip saddr { ${inLan.join(", ")} } goto from-lan
  }
  # All addresses of the node, whichever bridge they are on.
  chain from-private {${cache}
    ct state established,related accept
    ip saddr @egress ip daddr ${nameserver} meta l4proto { tcp, udp } th dport 53 accept
    goto denied-input
  }
  # The load balancer's other interface is no way round it.
  chain from-lan {
    ct state established,related accept
    ip daddr ${nameserver} meta l4proto { tcp, udp } th dport 53 accept
    goto denied-input
  }
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    # Bridged, not routed: the guards of the ports and the CTs' own filters see to it.
    iifname "${own}" oifname "${own}" accept
    iifname "${lan}" oifname "${own}" ct state established,related accept
    iifname "${own}" oifname "${lan}" ip saddr @egress accept
    iifname "${own}" goto denied-forward
    oifname "${own}" goto denied-forward
  }
  chain denied-input {
    meta pkttype host ${deniedLog("input")}
    drop
  }
  chain denied-forward {
    ${deniedLog("forward")}
    drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${cidr} oifname "${lan}" masquerade
  }
}
`;
}
