import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { faultsOf, observeOutside, type ObservedHost } from "../commands";
import type { Lab } from "../labFacts";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { BRIDGE_TYPES } from "../network";
import { asText, propsOf } from "../plain";
import { decide, Ruleset, type NftPacket } from "../script/nft";

const STRANGER = "203.0.113.7";
const UPLINK = "eth-outside";

/** The node forwards between its bridges: only its filters keep the LAN out of the private subnet. */
export const nodeFilters: StackValidationPolicy = {
  name: "node-filters-present",
  description:
    "On the Proxmox node nothing is forwarded into the private subnet, the node itself is closed to " +
    "it but for what the CTs need, no CT speaks with another's address, and the filters are loaded " +
    "again whenever the bridge comes up.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    const { resources, containers } = lab;
    const observed = observeOutside(resources, containers);
    const made = resources.filter(({ type }) => BRIDGE_TYPES.has(type));
    for (const fault of faultsOf(observed, "firewall")) reportViolation(`Proxmox node: ${fault}`);
    for (const bridge of made) {
      const { name, address } = propsOf(bridge.props);
      const own = asText(name);
      const members = containers.filter(({ interfaces }) =>
        interfaces.some((nic) => nic.bridge === own),
      );
      for (const { label, urn } of members.filter((ct) => isElsewhere(ct.urn, bridge, resources))) {
        reportViolation(
          `${label}: is on another node than its bridge and the filters, got ${own}; give both the same nodeName`,
          urn,
        );
      }
      if (members.length === 0 && containers.length > 0) continue; // the policy on bridges speaks of it
      if (own === undefined || !lab.bridges.has(own) || !observed.complete) continue;
      const gateway = asText(address)?.split("/")[0] ?? "";
      const fault = faultOf(own, gateway, lab, observed);
      if (fault) reportViolation(`bridge ${JSON.stringify(own)}: ${fault}`, bridge.urn);
    }
  },
};

function isElsewhere(urn: string, bridge: PolicyResource, resources: PolicyResource[]): boolean {
  const own = resources.find((one) => one.urn === urn);
  const nodes = [own, bridge].map((one) => asText(propsOf(one?.props).nodeName));
  return nodes[0] !== undefined && nodes[1] !== undefined && nodes[0] !== nodes[1];
}

function faultOf(bridge: string, gateway: string, lab: Lab, { host }: ObservedHost) {
  const rules = new Ruleset();
  for (const text of host.machine.nft) rules.load(text);
  for (const line of rules.unknown) {
    return `a rule of its filters cannot be judged, got ${JSON.stringify(line)}; take it out`;
  }
  const own = lab.containers.flatMap(({ interfaces, vmid }) =>
    interfaces.map((nic, index) => ({ ...nic, port: `veth${vmid}i${index}` })),
  );
  const inside = own.filter((nic) => nic.bridge === bridge);
  const outside = own.find((nic) => nic.bridge !== bridge)?.bridge ?? UPLINK;
  const client = inside[0]?.address ?? gateway;
  const forward = (packet: Partial<NftPacket>) => decide(rules, "inet", "forward", packet);
  const input = (packet: Partial<NftPacket>) => decide(rules, "inet", "input", packet);
  for (const from of new Set([outside, UPLINK])) {
    for (const protocol of ["tcp", "udp"]) {
      const packet = { iifname: from, oifname: bridge, saddr: STRANGER, daddr: client, protocol };
      if (forward({ ...packet, port: 3000 }) !== "drop") {
        return `packets are forwarded into it, got no drop for ${protocol} from ${from}; install the node's filters`;
      }
    }
  }
  const foreign = { iifname: bridge, oifname: outside, saddr: STRANGER, daddr: STRANGER, port: 80 };
  if (forward(foreign) !== "drop") {
    return "addresses that are none of it get out, got no drop in forward; let its own out only";
  }
  for (const port of [22, 8006, 3128, 1]) {
    const packet = { iifname: bridge, saddr: client, daddr: gateway, port, protocol: "tcp" };
    if (input(packet) !== "drop") {
      return `the Proxmox node is open to it, got no drop for port ${port}; close the node's input`;
    }
  }
  for (const nic of own) {
    if (nic.port.includes("undefined") || !nic.address) continue;
    const spoofed = { iifname: nic.port, saddr: "198.51.100.9", ether: "02:00:00:00:00:01" };
    if (decide(rules, "bridge", "prerouting", { ...spoofed, ethertype: "ip" }) !== "drop") {
      return `a CT may speak with another's address, got no drop for ${nic.port}; guard its port`;
    }
    if (decide(rules, "bridge", "prerouting", { ...spoofed, ethertype: "ip6" }) !== "drop") {
      return `a CT may speak over IPv6, got no drop for ${nic.port}; guard its port`;
    }
  }
  return loaded(bridge, host);
}

/** The rules are gone after a reboot unless ifupdown loads them with the bridge. */
function loaded(bridge: string, host: ObservedHost["host"]): string | undefined {
  const hooks = [...host.files].filter(
    ([path, text]) => path.startsWith("/etc/network/") && text.includes(`iface ${bridge} `),
  );
  const commands = hooks.flatMap(([, text]) => [...text.matchAll(/^\s*(?:post-)?up\s+(.+)$/gm)]);
  const after = host.copy();
  after.machine.nft = [];
  for (const [, command = ""] of commands) after.run(command, "");
  const all = after.machine.nft.join("\n");
  const missing = host.machine.nft.filter((text) => /^table/m.test(text) && !all.includes(text));
  if (missing.length === 0 && all !== "") return undefined;
  return "its filters are gone after a reboot, got no post-up line that loads them; write one";
}
