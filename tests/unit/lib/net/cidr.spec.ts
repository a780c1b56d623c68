import assert from "node:assert/strict";
import {
  addAddress,
  contains,
  isHost,
  overlaps,
  parseAddress,
  parseCidr,
  withPrefix,
} from "../../../../lib/net/cidr";

const cidr = (text: string) => {
  const parsed = parseCidr(text);
  assert.ok(parsed, text);
  return parsed;
};
const address = (text: string) => {
  const parsed = parseAddress(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
};

describe("IPv4 subnets", () => {
  it("refuses what is no address", () => {
    for (const text of ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "1.2.3.4/24"]) {
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  it("refuses what is no subnet", () => {
    for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/2x", "10.0.0.0/8/8"]) {
      assert.equal(parseCidr(text), undefined, text);
    }
  });

  it("knows its hosts from its first and last address", () => {
    const net = cidr("192.168.7.9/24");
    assert.ok(contains(net, address("192.168.7.255")));
    assert.ok(isHost(net, address("192.168.7.254")));
    assert.ok(!isHost(net, address("192.168.7.255")));
    assert.ok(!isHost(net, address("192.168.7.0")));
    assert.ok(!isHost(net, address("192.168.8.1")));
  });

  it("sees overlaps either way round", () => {
    assert.ok(overlaps(cidr("10.0.0.0/8"), cidr("10.1.0.0/16")));
    assert.ok(overlaps(cidr("10.1.0.0/16"), cidr("10.0.0.0/8")));
    assert.ok(!overlaps(cidr("10.1.0.0/16"), cidr("10.2.0.0/16")));
  });

  it("counts addresses on across a boundary", () => {
    assert.equal(addAddress("10.10.10.255", 1), "10.10.11.0");
    assert.equal(withPrefix("10.10.10.11", "10.10.10.0/24"), "10.10.10.11/24");
  });
});
