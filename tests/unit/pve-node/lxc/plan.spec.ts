import assert from "node:assert/strict";
import { parseCtConfig } from "../../../../pve-node/codec/ctConfig";
import { checkSshKeys, planCreate } from "../../../../pve-node/lxc/plan";
import {
  applyChange,
  checkChange,
  pendingEntries,
  type ConfigChange,
} from "../../../../pve-node/lxc/update";
import { fromIp } from "../../../../pve-node/lxc/interfaces";

const base = { vmid: 111, ostemplate: "local:vztmpl/d.tar.zst", storage: "local" };
const gib = 1024 ** 3;

describe("plan of a creation", () => {
  it("fills in what Proxmox fills in", () => {
    const { config, disks } = planCreate(base);
    assert.deepEqual(config.options, {
      unprivileged: "1",
      hostname: "CT111",
      memory: "512",
      swap: "512",
    });
    assert.deepEqual(disks, [{ key: "rootfs", storage: "local", bytes: 4 * gib, mount: {} }]);
  });

  it("spells options as they are stored", () => {
    const { config, disks, secrets } = planCreate({
      ...base,
      unprivileged: false,
      onboot: true,
      tags: "B;a,b",
      nameserver: "1.1.1.1,8.8.8.8",
      description: "x",
      password: "secret",
      rootfs: "volume=local:8,mountoptions=noatime",
      mp0: "big:16,mp=/data",
      mp1: "/srv/x,mp=/x",
    });
    assert.deepEqual(config.options, {
      unprivileged: "0",
      onboot: "1",
      tags: "a;b",
      nameserver: "1.1.1.1 8.8.8.8",
      mp1: "/srv/x,mp=/x",
      hostname: "CT111",
      memory: "512",
      swap: "512",
    });
    assert.equal(config.description, "x\n");
    assert.deepEqual(disks, [
      { key: "mp0", storage: "big", bytes: 16 * gib, mount: { mp: "/data" } },
      { key: "rootfs", storage: "local", bytes: 8 * gib, mount: { mountoptions: "noatime" } },
    ]);
    assert.deepEqual(secrets, { password: "secret" });
  });

  it("refuses mount points without a root, and SSH keys that are none", () => {
    assert.throws(() => planCreate({ ...base, mp0: "local:1,mp=/x" }), {
      message: "mount points configured, but 'rootfs' not set - aborting",
    });
    assert.doesNotThrow(() => checkSshKeys("# me\nssh-ed25519 AAAAC3Nz me@x\n"));
    assert.throws(() => checkSshKeys("ssh-ed25519"), {
      message: "SSH public key validation error",
    });
  });
});

describe("change of a configuration", () => {
  const change = (more: Partial<ConfigChange>): ConfigChange => ({
    ...{ set: {}, delete: [], revert: [] },
    ...more,
  });
  const config = () =>
    parseCtConfig(
      "features: nesting=1\nmemory: 512\nmp0: local:1/vm-1-disk-1.raw,mp=/d\nswap: 0\n",
    );

  it("applies everything at once to a CT that is stopped", () => {
    const ct = config();
    applyChange(ct, change({ set: { features: "fuse=1" }, delete: ["swap"] }), false);
    assert.equal(ct.options.features, "fuse=1");
    assert.equal("swap" in ct.options, false);
    assert.deepEqual(ct.pending, { options: {}, delete: [] });
  });

  it("keeps for the next start what a running CT cannot take", () => {
    const ct = config();
    applyChange(ct, change({ set: { features: "fuse=1", memory: "256" }, delete: ["mp0"] }), true);
    assert.equal(ct.options.memory, "256");
    assert.equal(ct.options.features, "nesting=1");
    assert.deepEqual(ct.pending, { options: { features: "fuse=1" }, delete: ["mp0"] });
    assert.deepEqual(
      pendingEntries(ct).filter((entry) => entry.pending ?? entry.delete),
      [
        { key: "features", value: "nesting=1", pending: "fuse=1" },
        { key: "mp0", value: "local:1/vm-1-disk-1.raw,mp=/d", delete: 1 },
      ],
    );
  });

  it("takes a pending change back when the old value is set again or it is reverted", () => {
    const ct = config();
    applyChange(ct, change({ set: { features: "fuse=1" }, delete: ["mp0"] }), true);
    applyChange(ct, change({ set: { features: "nesting=1" }, revert: ["mp0"] }), true);
    assert.deepEqual(ct.pending, { options: {}, delete: [] });
  });

  it("keeps a detached volume as unused, and frees it only when that is deleted", () => {
    const ct = config();
    assert.deepEqual(applyChange(ct, change({ delete: ["mp0"] }), false), []);
    assert.equal(ct.options.unused0, "local:1/vm-1-disk-1.raw");
    assert.deepEqual(applyChange(ct, change({ delete: ["unused0"] }), false), [
      "local:1/vm-1-disk-1.raw",
    ]);
  });

  it("keeps a volume that waited for the next start when its mount point is taken back", () => {
    const ct = parseCtConfig("memory: 512\n");
    applyChange(ct, change({ set: { mp0: "local:1/vm-1-disk-2.raw,mp=/d" } }), true);
    applyChange(ct, change({ revert: ["mp0"] }), true);
    assert.deepEqual(ct.pending.options, {});
    assert.equal(ct.options.unused0, "local:1/vm-1-disk-2.raw");
  });

  it("refuses what Proxmox refuses", () => {
    const refused: [Partial<ConfigChange>, string][] = [
      [{}, "no options specified"],
      [{ set: { unprivileged: "1" } }, "unable to modify read-only option: 'unprivileged'"],
      [{ delete: ["rootfs"] }, "unable to delete required option 'rootfs'"],
      [{ revert: ["foo"] }, "Parameter verification failed."],
      [{ delete: ["constructor"] }, "Parameter verification failed."],
      [{ set: { swap: "1" }, delete: ["swap"] }, "Parameter verification failed."],
    ];
    for (const [more, message] of refused)
      assert.throws(() => checkChange(change(more)), { message });
  });
});

describe("interfaces of a CT", () => {
  it("are answered in Proxmox's form, prefixes as numbers", () => {
    const link = {
      ifname: "eth0",
      address: "bc:24:11:00:00:01",
      addr_info: [
        { family: "inet", local: "10.0.0.11", prefixlen: 24 },
        { family: "inet6", local: "fe80::1", prefixlen: 64 },
      ],
    };
    assert.deepEqual(fromIp([link]), [
      {
        name: "eth0",
        hwaddr: "bc:24:11:00:00:01",
        "hardware-address": "bc:24:11:00:00:01",
        inet: "10.0.0.11/24",
        inet6: "fe80::1/64",
        "ip-addresses": [
          { "ip-address": "10.0.0.11", "ip-address-type": "inet", prefix: 24 },
          { "ip-address": "fe80::1", "ip-address-type": "inet6", prefix: 64 },
        ],
      },
    ]);
  });
});
