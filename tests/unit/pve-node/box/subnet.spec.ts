import assert from "node:assert/strict";
import { chooseLan, lanOf } from "../../../../pve-node/box/subnet";

describe("chooseLan", () => {
  it("takes the first LAN when nothing is taken", () => {
    assert.equal(chooseLan([]).cidr, "172.30.0.0/24");
  });

  it("passes over networks that overlap, whole or in part", () => {
    assert.equal(chooseLan(["172.30.0.128/25", "172.30.1.7", "default"]).cidr, "172.30.2.0/24");
    assert.equal(chooseLan(["172.30.0.0/18"]).cidr, "172.30.64.0/24");
  });

  it("keeps the remembered LAN while it is free, and leaves it when it is not", () => {
    assert.equal(chooseLan(["172.17.0.0/16"], "172.30.9.0/24").cidr, "172.30.9.0/24");
    assert.equal(chooseLan(["172.30.8.0/22"], "172.30.9.0/24").cidr, "172.30.0.0/24");
  });

  it("says what to do when all are taken", () => {
    assert.throws(() => chooseLan(["172.16.0.0/12"]), /no free subnet.*docker network prune/);
  });

  it("keeps the load balancer's address out of the part that Docker hands out", () => {
    const lan = lanOf(4);
    assert.equal(lan.dockerRange, "172.30.4.0/27");
    assert.equal(lan.loadBalancer, "172.30.4.200");
  });
});
