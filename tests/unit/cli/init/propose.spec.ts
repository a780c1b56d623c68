import assert from "node:assert/strict";
import {
  debianTemplates,
  diskStorages,
  freeBridge,
  freePrivateSubnet,
  freeVmids,
  lanBridges,
  lanCandidates,
  nameserverOf,
  privateAddresses,
} from "../../../../cli/init/propose";
import { nodeFacts } from "./nodeFacts";

const guest = (vmid: number) => ({ vmid, type: "qemu", node: "pve1" });

describe("what init proposes", () => {
  it("is the active storage for CT disks with most room", () => {
    assert.deepEqual(diskStorages(nodeFacts()), ["tank", "local-lvm"]);
  });

  it("is the newest template of Debian 12, by number", () => {
    assert.deepEqual(debianTemplates(nodeFacts()), [
      "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst",
      "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst",
    ]);
  });

  it("is the bridge with the gateway, and a free name for the private one", () => {
    assert.deepEqual(
      lanBridges(nodeFacts()).map(({ iface }) => iface),
      ["vmbr0", "vmbr1"],
    );
    assert.equal(freeBridge(nodeFacts()), "vmbr2");
  });

  it("is a private subnet that meets nothing of the node, with its addresses", () => {
    assert.equal(freePrivateSubnet(nodeFacts(), "192.168.1.0/24"), "10.10.11.0/24");
    assert.equal(freePrivateSubnet(nodeFacts(), "10.10.0.0/20"), "10.10.16.0/24");
    assert.deepEqual(privateAddresses("10.10.11.0/24"), {
      privateGateway: "10.10.11.1",
      lbPrivateAddress: "10.10.11.10",
      appAddressStart: "10.10.11.11",
      dbAddress: "10.10.11.50",
    });
  });

  it("is vmids that no guest of the cluster has, VMs included", () => {
    assert.deepEqual(freeVmids(nodeFacts(), 3), { vmidLb: 110, vmidAppStart: 111, vmidDb: 150 });
    const taken = nodeFacts({ guests: [guest(113), guest(250)] });
    assert.deepEqual(freeVmids(taken, 3), { vmidLb: 310, vmidAppStart: 311, vmidDb: 350 });
    assert.deepEqual(freeVmids(taken, 2), { vmidLb: 110, vmidAppStart: 111, vmidDb: 150 });
  });

  it("is an address from the LAN's end that is nobody's", () => {
    const found = lanCandidates("192.168.1.0/24", ["192.168.1.250"], 2);
    assert.deepEqual(found, ["192.168.1.249", "192.168.1.248"]);
    assert.deepEqual(lanCandidates("192.168.1.0/29", []), ["192.168.1.2", "192.168.1.1"]);
  });

  it("is a resolver that CTs reach", () => {
    assert.equal(nameserverOf(nodeFacts()), "192.168.1.1");
    assert.equal(nameserverOf(nodeFacts({ nameservers: ["127.0.0.1", "::1"] })), "1.1.1.1");
  });
});
