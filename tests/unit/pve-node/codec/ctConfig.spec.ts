import assert from "node:assert/strict";
import {
  apiConfig,
  decodeText,
  encodeText,
  parseCtConfig,
  printCtConfig,
  withPending,
} from "../../../../pve-node/codec/ctConfig";

const golden = `#app node%3A 1
#100%25 of %C3%BC
arch: amd64
cores: 2
features: fuse=1,nesting=1
hostname: app1
memory: 512
net0: name=eth0,bridge=vmbr1,hwaddr=BC:24:11:3A:7F:02,ip=10.10.10.11/24,type=veth
rootfs: local:111/vm-111-disk-0.raw,size=8G
lxc.apparmor.profile: unconfined
lxc.cap.drop:
lxc.cgroup2.devices.allow: a

[pve:pending]
delete: nameserver,swap
features: nesting=1

[before]
#kept
memory: 256
snaptime: 1700000000
`;

describe("configuration file of a CT", () => {
  it("is printed as it was read", () => {
    assert.equal(printCtConfig(parseCtConfig(golden)), golden);
  });

  it("holds description, options, raw lines in order, pending changes and snapshots", () => {
    const config = parseCtConfig(golden);
    assert.equal(config.description, "app node: 1\n100% of ü\n");
    assert.equal(config.options.memory, "512");
    assert.deepEqual(config.raw, [
      ["lxc.apparmor.profile", "unconfined"],
      ["lxc.cap.drop", ""],
      ["lxc.cgroup2.devices.allow", "a"],
    ]);
    assert.deepEqual(config.pending, {
      options: { features: "nesting=1" },
      delete: ["nameserver", "swap"],
    });
    assert.deepEqual(config.snapshots.before, {
      description: "kept\n",
      options: { memory: "256", snaptime: "1700000000" },
      raw: [],
    });
  });

  it("sorts options and puts raw lines behind them", () => {
    const text = "memory: 512\nlxc.tty.max = 1\narch: amd64\n";
    assert.equal(printCtConfig(parseCtConfig(text)), "arch: amd64\nmemory: 512\nlxc.tty.max: 1\n");
  });

  it("leaves out what means nothing, with a warning each", () => {
    const warnings: string[] = [];
    const config = parseCtConfig("memory 5\nlxc.rootfs.path: /\nlxc.execute.cmd: x\n", (w) =>
      warnings.push(w),
    );
    assert.deepEqual(config.options, {});
    assert.deepEqual(config.raw, []);
    assert.deepEqual(warnings, [
      'unable to parse line "memory 5"; ignored',
      "raw LXC line: lxc.rootfs.path is not allowed; ignored",
      "raw LXC line: lxc.execute.cmd is not allowed; ignored",
    ]);
  });

  it("applies pending changes", () => {
    const config = parseCtConfig(`nameserver: 1.1.1.1\nswap: 0\n${golden}`);
    const applied = withPending(config);
    assert.equal(applied.options.features, "nesting=1");
    assert.equal("nameserver" in applied.options, false);
    assert.deepEqual(applied.pending, { options: {}, delete: [] });
    assert.equal(config.options.features, "fuse=1,nesting=1", "the original is left alone");
  });

  it("answers numbers as numbers and raw lines as pairs", () => {
    const config = parseCtConfig("cpulimit: 1.5\nmemory: 512\nonboot: 1\nlxc.cap.drop:\n#x\n");
    assert.deepEqual(apiConfig(config, "d"), {
      digest: "d",
      cpulimit: "1.5",
      memory: 512,
      onboot: 1,
      description: "x\n",
      lxc: [["lxc.cap.drop", ""]],
    });
  });

  it("encodes what a description line cannot hold", () => {
    const text = "a:b%c\td é 😀";
    assert.equal(encodeText(text), "a%3Ab%25c%09d %C3%A9 %F0%9F%98%80");
    assert.equal(decodeText(encodeText(text)), text);
    assert.equal(decodeText("plain é 5% off"), "plain é 5% off");
  });
});
