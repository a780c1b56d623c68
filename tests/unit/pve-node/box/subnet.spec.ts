import assert from "node:assert/strict";
import { chooseLan, lanOf, type TakenRange } from "../../../../pve-node/box/subnet";

const routes = (...cidrs: string[]): TakenRange[] =>
  cidrs.map((cidr) => ({ cidr, by: "route by tun0", isRoute: true }));
const networks = (...cidrs: string[]): TakenRange[] =>
  cidrs.map((cidr) => ({ cidr, by: "Docker network web", isRoute: false }));

describe("chooseLan", () => {
  it("takes the first LAN when nothing is taken", () => {
    assert.equal(chooseLan([]).cidr, "172.30.0.0/24");
  });

  it("passes over networks that overlap, whole or in part", () => {
    const taken = routes("172.30.0.128/25", "172.30.1.7", "default");
    assert.equal(chooseLan(taken).cidr, "172.30.2.0/24");
    assert.equal(chooseLan(networks("172.30.0.0/18")).cidr, "172.30.64.0/24");
  });

  it("keeps the remembered LAN while it is free, and leaves it when it is not", () => {
    assert.equal(chooseLan(networks("172.17.0.0/16"), "172.30.9.0/24").cidr, "172.30.9.0/24");
    assert.equal(chooseLan(networks("172.30.8.0/22"), "172.30.9.0/24").cidr, "172.30.0.0/24");
  });

  it("is not stopped by a VPN that takes the whole world in two halves", () => {
    assert.equal(chooseLan(routes("0.0.0.0/1", "128.0.0.0/1")).cidr, "172.30.0.0/24");
  });

  for (const [vpn, lan] of [
    ["172.30.0.0/16", "172.31.0.0/24"],
    ["172.30.0.0/15", "172.29.0.0/24"],
    ["172.16.0.0/12", "192.168.0.0/24"],
    ["172.16.0.0/12 192.168.0.0/16", "10.255.0.0/24"],
    ["10.0.0.0/8", "172.30.0.0/24"],
  ] as const)
    it(`leaves ${vpn} to a VPN`, () =>
      assert.equal(chooseLan(routes(...vpn.split(" "))).cidr, lan));

  it("takes a part of a wide route where a VPN has all private addresses", () => {
    const all = routes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "172.30.0.0/24");
    assert.equal(chooseLan(all).cidr, "172.30.1.0/24");
  });

  it("never takes what a Docker network has, and names what is in the way", () => {
    const all = networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
    assert.throws(
      () => chooseLan(all),
      /no free subnet.*in the way are 10\.0\.0\.0\/8 \(Docker network web\), 172\.16/,
    );
  });

  it("does not offer the subnets that CTs have by default", () => {
    const others = Array.from({ length: 256 }, (_, n) => `10.${n}.0.0/16`);
    const taken = networks(
      "172.16.0.0/12",
      "192.168.0.0/16",
      ...others.filter((c) => c !== "10.10.0.0/16"),
      "10.10.0.0/21",
      "10.10.8.0/23",
    );
    assert.equal(chooseLan(taken).cidr, "10.10.11.0/24");
  });

  it("takes the one that is named, or says what is in its way", () => {
    assert.equal(chooseLan([], "172.30.9.0/24", "192.168.77.0/24").cidr, "192.168.77.0/24");
    assert.throws(
      () => chooseLan(routes("192.168.77.0/25"), undefined, "192.168.77.0/24"),
      /^Error: HOMELAB_LAN: 192\.168\.77\.0\/24 overlaps 192\.168\.77\.0\/25 \(route by tun0\)/,
    );
    for (const odd of ["192.168.77.0/16", "8.8.8.0/24", "172.32.0.0/24", "10.300.0.0/24", "x"])
      assert.throws(() => chooseLan([], undefined, odd), /is no private subnet of 256 addresses/);
  });

  it("keeps the load balancer's address out of the part that Docker hands out", () => {
    const lan = lanOf("172.30.4.0/24");
    assert.equal(lan.dockerRange, "172.30.4.0/27");
    assert.equal(lan.loadBalancer, "172.30.4.200");
  });
});
