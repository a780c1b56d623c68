import assert from "node:assert/strict";
import type { GuestEntry } from "../../../../lib/preflight/proxmoxAnswers";
import type { Needs } from "../../../../lib/preflight/preflightRules";
import {
  bridgeProblems,
  diskProblems,
  guestProblems,
  pendingNetworkProblems,
  storageProblems,
} from "../../../../lib/preflight/preflightRules";

const needs: Needs = {
  nodeName: "pve1",
  storage: "local",
  template: "local:vztmpl/debian-12.tar.zst",
  lanBridge: "vmbr0",
  privateBridge: "vmbr1",
  hostMemoryMiB: 896,
  cts: [{ vmid: 111, hostname: "app1", memoryMiB: 512, diskGiB: 8 }],
};

describe("preflight rules", () => {
  describe("disk of a CT that is there", () => {
    const gib = 1024 ** 3;
    const problems = (maxdisk: number, before?: Needs, changes: Partial<GuestEntry> = {}) => {
      const guest = { vmid: 111, type: "lxc", node: "pve1", name: "app1", tags: "app;homelab" };
      return diskProblems([{ ...guest, maxdisk, ...changes }], needs, before);
    };

    it("may grow and stay, also where the file system is smaller than the disk", () => {
      for (const size of [4 * gib, 7.8 * gib, 8 * gib]) assert.deepEqual(problems(size), []);
    });

    it("cannot shrink", () => {
      assert.deepEqual(problems(9.7 * gib, needs), [
        "disk of app1 (CT 111): cannot shrink, got 8 GiB where it has 10; keep 10 or more, or " +
          "make the stack anew: ./lab down, then ./lab up (data in the CTs goes)",
      ]);
    });

    it("comes anew with a CT that is replaced, and is not judged on a foreign guest", () => {
      assert.deepEqual(problems(10 * gib, { ...needs, template: "local:vztmpl/other" }), []);
      assert.deepEqual(problems(10 * gib, undefined, { name: "mail", tags: "smtp" }), []);
    });
  });

  describe("guest on a wanted vmid", () => {
    const guest = (changes: Partial<GuestEntry> = {}): GuestEntry => ({
      ...{ vmid: 111, type: "lxc", node: "pve1", name: "app1", tags: "app;homelab" },
      ...changes,
    });
    const problems = (found: GuestEntry, before?: Needs) =>
      guestProblems([found], [], needs, before);

    it("is its own with name and tag", () => {
      assert.deepEqual(problems(guest(), needs), []);
    });

    it("is another stack's where this one has no state, whatever its marks are", () => {
      assert.deepEqual(problems(guest()), [
        'vmid 111: wanted for app1, but this stack is new and CT 111 "app1" on node pve1 is of another one; ' +
          "take free vmids with vmidLb, vmidAppStart and vmidDb, or, if it is of a lab whose state was lost, " +
          "remove it with its data: pct destroy 111",
      ]);
    });

    it("is refused with what is there and what to do", () => {
      assert.deepEqual(problems(guest({ name: "mail", tags: undefined })), [
        "vmid 111: wanted for app1, but taken by a guest that is not this lab's, " +
          'got lxc/111 "mail" on node pve1 with no tags; take a free one with vmidLb, ' +
          "vmidAppStart or vmidDb, or, if it is this lab's after all, give it back its marks: " +
          "pct set 111 --hostname app1 --tags homelab",
      ]);
    });

    it("is refused when it is a VM, another CT of ours, or only looks alike", () => {
      assert.match(problems(guest({ type: "qemu" })).join(), /got qemu\/111 "app1"/);
      assert.match(problems(guest({ name: "app2" })).join(), /got lxc\/111 "app2"/);
      assert.match(problems(guest({ tags: "homelab2;app" })).join(), /tags "homelab2;app"/);
    });

    it("needs one mark where the stack made it before, and is refused without any", () => {
      assert.deepEqual(problems(guest({ tags: undefined }), needs), []);
      assert.deepEqual(problems(guest({ name: "renamed" }), needs), []);
      assert.equal(problems(guest({ name: "mail", tags: "smtp" }), needs).length, 1);
    });
  });

  describe("private bridge", () => {
    const problems = (comments?: string, before?: Needs) => {
      const own = { iface: "vmbr1", type: "bridge", comments };
      return bridgeProblems([{ iface: "vmbr0", type: "bridge" }, own], needs, before);
    };

    it("is refused when it is somebody else's", () => {
      assert.match(
        problems("storage network\n").join(),
        /^privateBridge: exists on node pve1 and is not this lab's, got "vmbr1"; take a free name/,
      );
    });

    it("is known by its comment, or by the state", () => {
      const other = { ...needs, privateBridge: "vmbr5" };
      assert.deepEqual(problems("private subnet of the homelab\n", other), []);
      assert.deepEqual(problems(undefined, needs), []);
    });

    it("is another stack's where this one has no state", () => {
      assert.match(
        problems("private subnet of the homelab\n").join(),
        /^privateBridge: "vmbr1" is on node pve1 already, and this stack is new: .*pvesh delete \/nodes\/pve1\/network\/vmbr1/,
      );
    });

    it("is not made while changes of somebody else would be applied with it", () => {
      const diff =
        "@@ -30,4 +30,11 @@\n+auto vmbr79\n+iface vmbr79 inet static\n+\taddress 192.0.2.1/28\n+\n";
      const lan = { iface: "vmbr0", type: "bridge" };
      assert.match(
        pendingNetworkProblems([lan], diff, needs).join(),
        /^network of node pve1: changes wait to be applied, got vmbr79; .*pvesh delete \/nodes\/pve1\/network/,
      );
      assert.deepEqual(pendingNetworkProblems([lan], undefined, needs), []);
      const own = { iface: "vmbr1", type: "bridge" };
      assert.deepEqual(pendingNetworkProblems([lan, own], diff, needs), []);
    });
  });

  it("reads a storage's contents as a list of words", () => {
    const holds = (content: string) =>
      storageProblems([{ storage: "local", content, active: 1 }], needs).length === 0;
    assert.equal(holds("iso,rootdir"), true);
    assert.equal(holds("rootdirs"), false);
  });
});
