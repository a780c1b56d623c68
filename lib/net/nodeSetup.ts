import { removeNotesOfGoneCts } from "../ct/ctNote";
import { installOnNode, NODE_FOLDER } from "./nodePackages";
import { script, shellQuote, writeFileCommand } from "../shell/quote";
import { nodeFilterTable, tableName } from "./nodeFilter";
import { installNodeFlowLog, removeNodeFlowLog, startNodeFlowLog } from "./nodeFlowLog";
import type { NodeNetwork } from "./nodeNetwork";
import { portGuardTable } from "./portGuard";

/** File that keeps the node's `ip_forward` as it was before the first stack. */
const FORWARDING_BEFORE = `${NODE_FOLDER}/ip_forward-before`;

/** Files on the node: rules that can be loaded any number of times, and what loads them. */
export function nodeFiles(network: NodeNetwork) {
  const own = network.privateBridge;
  const paths = {
    rules: `${NODE_FOLDER}/network-${own}.nft`,
    up: `${NODE_FOLDER}/network-${own}-up`,
    interfaces: `/etc/network/interfaces.d/homelab-network-${own}`,
    // Exists from the opening of the CTs' way out until an update has ended well.
    opened: `${NODE_FOLDER}/network-${own}-opened`,
  };
  // Both tables change in one step: there is no moment with half of them.
  const rules = `${nodeFilterTable(network)}${portGuardTable(network)}`;
  const up = `#!/bin/sh
# Loaded by ifupdown when ${own} comes up, and by the Pulumi program.
if ! nft -f ${paths.rules}; then
  ip link set dev ${own} down
  echo "${own}: stays down, for its filters cannot be loaded; see ${paths.rules}" >&2
  exit 1
fi
echo 1 > /proc/sys/net/ipv4/ip_forward
${startNodeFlowLog}`;
  // Proxmox owns the bridge's own stanza in /etc/network/interfaces; ifupdown merges this one with it.
  const interfaces = `iface ${own} inet manual\n    post-up ${paths.up}\n`;
  return { paths, rules, up, interfaces };
}

/** Commands that install the filters on the node, persistently, and load them now. */
export function setUpNode(network: NodeNetwork): string {
  const { paths, rules, up, interfaces } = nodeFiles(network);
  return script(
    // The package's service stays off: ifupdown loads our rules with the bridge, beside those of others.
    installOnNode("nft", "nftables"),
    // The first stack on this node keeps the old value; the last one that is removed restores it.
    `mkdir -p ${NODE_FOLDER}
[ -e ${FORWARDING_BEFORE} ] || cat /proc/sys/net/ipv4/ip_forward > ${FORWARDING_BEFORE}`,
    installNodeFlowLog(),
    writeFileCommand({ path: paths.rules, text: rules }),
    writeFileCommand({ path: paths.up, text: up, mode: "0755" }),
    writeFileCommand({ path: paths.interfaces, text: interfaces }),
    paths.up,
  );
}

/** Commands that take the filters away again; what is gone already is no error. */
export function tearDownNode(network: NodeNetwork): string {
  const name = tableName(network);
  // An empty table first: to delete one that is missing would be an error.
  const drop = (family: string) => `table ${family} ${name}\ndelete table ${family} ${name}\n`;
  return script(
    `rm -f ${Object.values(nodeFiles(network).paths).map(shellQuote).join(" ")}`,
    `printf '%s' ${shellQuote(drop("inet") + drop("bridge"))} | nft -f -`,
    removeNodeFlowLog(),
    `if ! ls ${NODE_FOLDER}/network-*.nft >/dev/null 2>&1 && [ -e ${FORWARDING_BEFORE} ]; then
  cat ${FORWARDING_BEFORE} > /proc/sys/net/ipv4/ip_forward
  rm -f ${FORWARDING_BEFORE}
fi
${removeNotesOfGoneCts()}
rmdir ${NODE_FOLDER} 2>/dev/null || true`,
  );
}

/** How long one command's packages may take to come; then the node closes by itself. */
export const EGRESS_MINUTES = 15;

/**
 * Commands that let one CT out for a while (`nat: provisioning`). The kernel counts the time: it ends
 * whatever becomes of whoever opened it. The output differs each time, for others to see that it ran.
 */
export function openEgress(network: NodeNetwork, address: string): string {
  const set = `inet ${tableName(network)} egress`;
  const commands = [
    // Deleting first starts the time anew; adding first makes deleting possible.
    `add element ${set} { ${address} }`,
    `delete element ${set} { ${address} }`,
    `add element ${set} { ${address} timeout ${EGRESS_MINUTES}m }`,
    "",
  ].join("\n");
  const { opened } = nodeFiles(network).paths;
  return script(`touch ${opened}`, `printf '%s' ${shellQuote(commands)} | nft -f -`, "date +%s%N");
}

/** Commands that close the way out for everybody at once. */
export function closeEgress(network: NodeNetwork): string {
  const { opened } = nodeFiles(network).paths;
  return script(`nft flush set inet ${tableName(network)} egress`, `rm -f ${opened}`);
}
