import assert from "node:assert/strict";
import { parseReading } from "../../../cli/lab/flowLogs";
import { aggregate, type DeniedPacket, flowLine } from "../../../observer/flows";
import { settingsOf } from "../../support/settings";

const packet = (second: number, changes: Partial<DeniedPacket> = {}): DeniedPacket => ({
  ...{ time: second * 1000 + 250, chain: "input", interface: "eth0", interfaceId: "app2-eth0" },
  ...{ source: "10.10.10.11", destination: "10.10.10.12", protocol: 6 },
  ...{ sourcePort: 40000, destinationPort: 3000, bytes: 60 },
  ...changes,
});

describe("flows", () => {
  it("are written as VPC writes them", () => {
    const [flow] = aggregate([packet(1_700_000_000)], "dev");
    assert.ok(flow);
    assert.equal(
      flowLine(flow),
      "2 dev app2-eth0 10.10.10.11 10.10.10.12 40000 3000 6 1 60 1700000000 1700000000 REJECT OK",
    );
  });

  it("put the packets of a minute together, in whatever order they were read", () => {
    const flows = aggregate([packet(163), packet(100), packet(159), packet(160)], "dev");
    assert.deepEqual(
      flows.map(({ packets, bytes, start, end }) => [packets, bytes, start, end]),
      [
        [2, 120, 100, 159],
        [2, 120, 160, 163],
      ],
    );
  });

  it("keep apart what differs in interface, address, port or protocol", () => {
    const others: Partial<DeniedPacket>[] = [
      { interfaceId: "app3-eth0" },
      { source: "10.10.10.50" },
      { destination: "10.10.10.13" },
      { sourcePort: 40001 },
      { destinationPort: 22 },
      { protocol: 17 },
    ];
    assert.equal(aggregate([packet(1), ...others.map((o) => packet(1, o))], "dev").length, 7);
  });

  it("have port 0 where the protocol has none", () => {
    const ping = packet(1, { protocol: 1, sourcePort: undefined, destinationPort: undefined });
    const [flow] = aggregate([ping], "dev");
    assert.deepEqual([flow?.srcport, flow?.dstport], [0, 0]);
  });
});

describe("the flow logs of a lab", () => {
  const line = (inside: string, source: string, destination: string, prefix = "REJECT input") =>
    JSON.stringify({
      ...{ "oob.prefix": prefix, "oob.time.sec": 100, "oob.in": inside },
      ...{ src_ip: source, dest_ip: destination, "ip.protocol": 6, src_port: 1, dest_port: 2 },
      "raw.pktlen": 60,
    });
  const text = [
    "==== app1",
    line("eth0", "10.10.10.12", "10.10.10.11"),
    "{ cut off",
    "==== db",
    "missing",
    "==== pve",
    line("vmbr1", "10.10.10.11", "10.10.10.1"),
    line("vmbr1", "10.10.10.12", "10.10.10.50", "REJECT forward"),
    line("vmbr9", "192.168.9.1", "192.168.9.2"),
    "",
  ].join("\n");

  it("are sorted by interface; of the node's, another stack's is left out", () => {
    const { packets, missing } = parseReading(settingsOf(), text);
    assert.deepEqual(
      packets.map(({ interfaceId, source }) => `${interfaceId} ${source}`),
      ["app1-eth0 10.10.10.12", "pve-vmbr1 10.10.10.11", "pve-vmbr1 10.10.10.12"],
    );
    assert.deepEqual(missing, ["db"]);
  });
});
