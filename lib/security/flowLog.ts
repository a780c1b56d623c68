/**
 * Denied attempts, as each CT writes them down: the kernel hands them to NFLOG, ulogd2 writes a line of
 * JSON for each. The same place and format in every CT.
 */

/** NFLOG group that the rules log to and ulogd2 reads. */
export const FLOW_LOG_GROUP = 5;

/** Newest lines, oldest first; readable by root and ulogd2 only. */
export const FLOW_LOG_FILE = "/var/log/homelab/flow.json";

/** The lines before those; there may be none yet. */
export const FLOW_LOG_ROTATED = `${FLOW_LOG_FILE}.1`;

/** A file is put aside when it has grown beyond this, at the next look every five minutes. */
export const FLOW_LOG_MAX_KIB = 4096;

/**
 * The configuration of ulogd2 that writes that file. Without plugin lines it loads those that are
 * installed, wherever the architecture has them.
 *
 * @param complaints where its own messages go: a file, or `syslog`.
 */
export function ulogdConfig(complaints: string): string {
  return `[global]
logfile="${complaints}"
stack=log:NFLOG,base:BASE,interface:IFINDEX,address:IP2STR,file:JSON

[log]
group=${FLOW_LOG_GROUP}
netlink_qthreshold=1

[file]
file="${FLOW_LOG_FILE}"
sync=1
`;
}

/** Per chain and second; what is more is dropped without being written down. */
export const FLOW_LOG_RATE = { perSecond: 10, burst: 50 };

/** Where a packet was dropped: on its way to the CT itself, or through it to a container. */
export type FlowChain = "input" | "forward";

/** What the rules write before each packet. The words are VPC's: what is dropped is a REJECT. */
export function flowPrefix(chain: FlowChain): string {
  return `REJECT ${chain}`;
}

/** One denied packet. */
export interface FlowRecord {
  /** Milliseconds since 1970. */
  time: number;
  chain: FlowChain;
  /** Interface that it came in by. */
  interface: string;
  source: string;
  /** With `forward`, the container's address where Docker has rewritten the destination already. */
  destination: string;
  /** IANA's number: 6 for TCP, 17 for UDP, 1 for ICMP, 58 for ICMPv6. */
  protocol: number;
  /** Undefined for protocols without ports. */
  sourcePort?: number;
  destinationPort?: number;
  bytes: number;
}

/** Reads one line; undefined for what is not a whole line of ours. */
export function parseFlowLine(line: string): FlowRecord | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined; // a line cut off by a crash
  }
  if (typeof read !== "object" || read === null) return undefined;
  const fields = read as Record<string, unknown>;
  const number = (key: string) => (typeof fields[key] === "number" ? fields[key] : undefined);
  const text = (key: string) => (typeof fields[key] === "string" ? fields[key] : undefined);
  const chain = (["input", "forward"] as const).find((c) => text("oob.prefix") === flowPrefix(c));
  const seconds = number("oob.time.sec");
  const source = text("src_ip");
  const destination = text("dest_ip");
  if (!chain || seconds === undefined || !source || !destination) return undefined;
  return {
    time: seconds * 1000 + Math.floor((number("oob.time.usec") ?? 0) / 1000),
    chain,
    interface: text("oob.in") ?? "",
    source,
    destination,
    // For ICMPv6 ulogd2 names the protocol by the header that follows.
    protocol: number("ip.protocol") ?? number("ip6.nexthdr") ?? 0,
    sourcePort: number("src_port"),
    destinationPort: number("dest_port"),
    bytes: number("raw.pktlen") ?? 0,
  };
}
