import type { Settings } from "../../lib/stack/settings";
import { guestsOf } from "../../lib/stack/guests";
import { contains, parseAddress, parseCidr } from "../../lib/net/cidr";
import { FLOW_LOG_FILE, FLOW_LOG_ROTATED, parseFlowLine } from "../../lib/security/flowLog";
import { BASTION } from "../../lib/stack/ways";
import type { DeniedPacket } from "../../observer/flows";
import { type NodeAccess, onNode } from "./ssh";

/** What the logs of one reading held. */
export interface FlowReading {
  packets: DeniedPacket[];
  /** Places that have no log, or that do not run. */
  missing: string[];
}

/** Most of a log's end that is read, in bytes: some ten thousand packets. */
const TAIL_BYTES = 4 * 1024 * 1024;

const MARK = "==== ";

/**
 * Reads the logs of every CT and of the Proxmox node at once. The CTs' are read inside them: on the node
 * a link in a CT could lead to the node's own files.
 */
export async function readFlows(ssh: NodeAccess, settings: Settings): Promise<FlowReading> {
  const cts = guestsOf(settings);
  const read = `if [ -e ${FLOW_LOG_FILE} ]; then cat ${FLOW_LOG_ROTATED} ${FLOW_LOG_FILE} 2>/dev/null | tail -c ${TAIL_BYTES}; else echo missing; fi`;
  const from = (name: string, command: string) => `{ ${command}; } > "$work/${name}" 2>/dev/null &`;
  const script = [
    "work=$(mktemp -d); trap 'rm -rf \"$work\"' EXIT",
    ...cts.map(({ name, vmid }) =>
      from(name, `lxc-attach -n ${vmid} -- sh -c '${read}' || echo missing`),
    ),
    from(BASTION, read),
    "wait",
    `for name in ${[...cts.map(({ name }) => name), BASTION].join(" ")}; do echo "${MARK}$name"; cat "$work/$name"; done`,
    "",
  ].join("\n");
  const answer = await onNode(ssh, ["bash", "-s"], { stdin: script, timeoutMs: 60_000 });
  if (answer.code !== 0) {
    throw new Error(`flow logs: cannot be read: exit status ${answer.code}: ${answer.stderr}`);
  }
  return parseReading(settings, answer.stdout);
}

/** Sorts what was read by the interface that denied it; of the node's, what is this stack's. */
export function parseReading(settings: Settings, text: string): FlowReading {
  const reading: FlowReading = { packets: [], missing: [] };
  let place = "";
  for (const line of text.split("\n")) {
    if (line.startsWith(MARK)) place = line.slice(MARK.length);
    else if (line === "missing") reading.missing.push(place);
    else {
      const record = parseFlowLine(line);
      if (!record) continue;
      const ours = [record.source, record.destination].some((a) => isOurs(settings, a));
      if (place === BASTION && !ours) continue;
      const interfaceId = `${place}-${record.interface || "unknown"}`;
      reading.packets.push({ ...record, interfaceId });
    }
  }
  return reading;
}

/** A Proxmox node may serve several stacks, and has one log. */
function isOurs(settings: Settings, text: string): boolean {
  const address = parseAddress(text);
  const cidr = parseCidr(settings.privateNetwork.cidr);
  if (text === settings.loadBalancer.lanAddress) return true;
  return address !== undefined && cidr !== undefined && contains(cidr, address);
}
