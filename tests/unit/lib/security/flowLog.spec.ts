import assert from "node:assert/strict";
import { parseFlowLine } from "../../../../lib/security/flowLog";

/** As ulogd2 2.0.8 writes it, shortened by fields that nothing reads. */
const LINE =
  '{"timestamp": "2026-11-26T23:44:20.731338", "dvc": "Netfilter", "raw.pktlen": 60, ' +
  '"oob.prefix": "REJECT input", "oob.time.sec": 1795736660, "oob.time.usec": 731338, ' +
  '"oob.family": 2, "ip.protocol": 6, "src_port": 42558, "dest_port": 99, "oob.in": "eth0", ' +
  '"oob.out": "", "src_ip": "10.10.10.12", "dest_ip": "10.10.10.11"}';

describe("a line of the flow log", () => {
  it("tells who was denied what, when and where", () => {
    assert.deepEqual(parseFlowLine(LINE), {
      time: 1795736660731,
      chain: "input",
      interface: "eth0",
      source: "10.10.10.12",
      destination: "10.10.10.11",
      protocol: 6,
      sourcePort: 42558,
      destinationPort: 99,
      bytes: 60,
    });
  });

  it("has no ports where the protocol has none", () => {
    const ping = LINE.replace('"src_port": 42558, "dest_port": 99, ', "").replace(": 6,", ": 1,");
    const record = parseFlowLine(ping.replace("REJECT input", "REJECT forward"));
    assert.deepEqual(
      [record?.chain, record?.protocol, record?.sourcePort, record?.destinationPort],
      ["forward", 1, undefined, undefined],
    );
  });

  for (const [name, line] of [
    ["cut off", LINE.slice(0, 90)],
    ["of another rule", LINE.replace("REJECT input", "debug")],
    ["without addresses", LINE.replace("src_ip", "x")],
    ["that is empty", ""],
    ["of another kind", "null"],
  ] as const) {
    it(`is left out when it is one ${name}`, () => assert.equal(parseFlowLine(line), undefined));
  }
});
