import type { FlowRecord } from "../lib/security/flowLog";

/** A denied packet and the network interface that turned it away, such as `app1-eth0`. */
export interface DeniedPacket extends FlowRecord {
  interfaceId: string;
}

/** One line of a VPC flow log, version 2; what is not known is undefined and shown as `-`. */
export interface Flow {
  version: 2;
  accountId: string;
  interfaceId: string;
  srcaddr: string;
  dstaddr: string;
  srcport: number;
  dstport: number;
  protocol: number;
  packets: number;
  bytes: number;
  /** Seconds since 1970 of the first and of the last packet. */
  start: number;
  end: number;
  action: "REJECT";
  logStatus: "OK";
}

/** Seconds of one aggregation interval; VPC's shortest. */
export const INTERVAL_SECONDS = 60;

/** The columns of VPC's default format, in their order. */
export const FLOW_HEADER =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/**
 * Packets of one flow (interface, addresses, ports, protocol) within an interval are one line, as VPC
 * writes them; the interval begins with the flow's first packet.
 *
 * @param accountId stands where VPC has the account: the stack's name
 */
export function aggregate(packets: DeniedPacket[], accountId: string): Flow[] {
  const flows: Flow[] = [];
  const current = new Map<string, Flow>();
  for (const packet of [...packets].sort((a, b) => a.time - b.time)) {
    const { interfaceId, source, destination, protocol, bytes } = packet;
    const [srcport, dstport] = [packet.sourcePort ?? 0, packet.destinationPort ?? 0];
    const key = [interfaceId, source, destination, srcport, dstport, protocol].join(" ");
    const second = Math.floor(packet.time / 1000);
    const open = current.get(key);
    if (open && second < open.start + INTERVAL_SECONDS) {
      open.packets += 1;
      open.bytes += bytes;
      open.end = second;
      continue;
    }
    const flow: Flow = {
      ...{ version: 2, accountId, interfaceId, srcaddr: source, dstaddr: destination },
      ...{ srcport, dstport, protocol, packets: 1, bytes, start: second, end: second },
      ...{ action: "REJECT", logStatus: "OK" },
    };
    current.set(key, flow);
    flows.push(flow);
  }
  return flows;
}

/** A flow as VPC writes it. */
export function flowLine(flow: Flow): string {
  return Object.values(flow).join(" ");
}
