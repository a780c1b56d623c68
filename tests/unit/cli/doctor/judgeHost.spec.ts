import assert from "node:assert/strict";
import { judgeHost } from "../../../../cli/doctor/judgeHost";
import type { HostFacts } from "../../../../cli/doctor/nodeFacts";
import { settingsOf } from "../../../support/settings";

const now = 1_800_000_000;

const facts = (changes: HostFacts = {}): HostFacts => ({
  user: "root",
  kernel: "6.14.8-2-pve",
  ...{ fuse: "yes", overlay: "yes", ifreload: "yes", nft: "yes" },
  inotifyInstances: "1024",
  shmMiB: "4000",
  clock: String(now),
  addresses: "127.0.0.1 192.168.1.5 ",
  ...changes,
});

function bad(changes: HostFacts, from: { storageType?: string; isNew?: boolean } = {}) {
  const all = judgeHost(facts(changes), {
    ...{ settings: settingsOf(), now, isNew: true },
    ...from,
  });
  return all.filter(({ level }) => level !== "ok").map(({ level, found }) => `${level}: ${found}`);
}

describe("doctor about the node itself", () => {
  it("finds nothing where it has everything", () => {
    assert.deepEqual(bad({}), []);
  });

  it("finds what Docker's storage drivers need and is missing", () => {
    assert.deepEqual(bad({ fuse: undefined, overlay: undefined }), [
      "error: there is no /dev/fuse, which fuse-overlayfs needs",
      "error: has no overlay file system, which overlay2 needs",
    ]);
    const old = { storageType: "zfspool" };
    assert.match(bad({ zfs: "2.1.15-pve1" }, old).join(), /^warning: is ZFS 2\.1\.15-pve1/);
    assert.deepEqual(bad({ zfs: "2.2.4-pve1" }, old), []);
  });

  it("finds an account that is not root's, and a network that cannot be reloaded", () => {
    assert.match(bad({ user: "admin" }).join(), /^error: logs in as admin/);
    assert.match(bad({ ifreload: undefined }).join(), /^error: ifupdown2 is not there/);
  });

  it("warns of limits that are too small, and of clocks that differ", () => {
    assert.match(bad({ inotifyInstances: "128" }).join(), /max_user_instances is 128/);
    assert.match(bad({ shmMiB: "64" }).join(), /^warning: has 64 MiB/);
    assert.match(bad({ clock: String(now - 90) }).join(), /the node's is 90 s behind/);
    assert.deepEqual(bad({ clock: String(now + 20) }), []);
  });

  it("finds an address that is taken, or the node's own, as long as the stack is new", () => {
    assert.match(bad({ lanAddress: "answers" }).join(), /^error: answers already/);
    assert.deepEqual(bad({ lanAddress: "answers" }, { isNew: false }), []);
    const { loadBalancer, privateNetwork } = settingsOf();
    assert.match(bad({ addresses: loadBalancer.lanAddress }).join(), /^error: is the node's own/);
    const gateway = { addresses: privateNetwork.gateway };
    assert.match(bad(gateway).join(), /^error: is the node's own/);
    assert.deepEqual(bad(gateway, { isNew: false }), []);
  });
});
