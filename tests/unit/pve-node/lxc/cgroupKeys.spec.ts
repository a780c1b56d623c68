import assert from "node:assert/strict";
import type { RawLine } from "../../../../pve-node/codec/ctConfig";
import {
  cpuLimits,
  cpuSet,
  memoryLimits,
  parseCpuList,
  sameLimit,
  translateRawLines,
} from "../../../../pve-node/lxc/cgroupKeys";

const pairs = (limits: { key: string; value: string }[]) =>
  Object.fromEntries(limits.map(({ key, value }) => [key, value]));

describe("limits of a CT", () => {
  it("cap memory, and memory with swap, on cgroup v1", () => {
    assert.deepEqual(pairs(memoryLimits({ memory: "512", swap: "128" }, 1)), {
      "memory.limit_in_bytes": "536870912",
      "memory.memsw.limit_in_bytes": "671088640",
    });
  });

  it("cap memory and swap apart on cgroup v2, and reclaim a little before", () => {
    assert.deepEqual(pairs(memoryLimits({ memory: "256" }, 2)), {
      "memory.max": "268435456",
      "memory.swap.max": "0",
      "memory.high": "266338304",
    });
  });

  it("turn cpulimit into a quota and cpuunits into a share", () => {
    const options = { cpulimit: "1.5", cpuunits: "50" };
    assert.deepEqual(pairs(cpuLimits(options, 1)), {
      "cpu.cfs_period_us": "100000",
      "cpu.cfs_quota_us": "150000",
      "cpu.shares": "512",
    });
    assert.deepEqual(pairs(cpuLimits(options, 2)), {
      "cpu.max": "150000 100000",
      "cpu.weight": "50",
    });
    assert.deepEqual(pairs(cpuLimits({ cpulimit: "0" }, 2)), { "cpu.max": "max 100000" });
  });

  it("choose CPUs for cores, among those the node may use", () => {
    assert.equal(cpuSet({ cores: "2" }, 111, [0, 1, 4, 5])?.value, "4,5");
    assert.equal(cpuSet({ cores: "2" }, 112, [0, 1, 4, 5])?.value, "0,1");
    assert.equal(cpuSet({ cores: "8" }, 111, [0, 1]), undefined);
    assert.equal(cpuSet({}, 111, [0, 1]), undefined);
    assert.deepEqual(parseCpuList("0-2,7\n"), [0, 1, 2, 7]);
  });
});

describe("limits that are read back", () => {
  it("count as in force however the kernel prints them", () => {
    assert.ok(sameLimit("cpuset.cpus", "2-3,5", "2,3,5"));
    assert.ok(sameLimit("memory.limit_in_bytes", "9223372036854771712", "-1"));
    assert.ok(sameLimit("memory.max", "99999744", "100000000"));
    assert.ok(sameLimit("memory.limit_in_bytes", "536870912", "512m"));
    assert.ok(sameLimit("cpu.max", "max 100000", "max 100000"));
  });

  it("count as missing when they differ", () => {
    assert.equal(sameLimit("cpuset.cpus", "0-1", "0"), false);
    assert.equal(sameLimit("memory.limit_in_bytes", "9223372036854771712", "536870912"), false);
    assert.equal(sameLimit("memory.max", "max", "536870912"), false);
    assert.equal(sameLimit("memory.swap.max", "max", "0"), false);
    assert.equal(sameLimit("cpu.max", "max 100000", "50000 100000"), false);
  });
});

describe("raw lines", () => {
  const lines: RawLine[] = [
    ["lxc.apparmor.profile", "unconfined"],
    ["lxc.cgroup2.devices.allow", "a"],
    ["lxc.cgroup2.memory.max", "max"],
    ["lxc.cgroup2.cpu.max", "50000 100000"],
    ["lxc.cgroup2.io.max", "x"],
    ["lxc.cgroup.pids.max", "100"],
  ];

  it("for cgroup v2 take effect on a machine with v1", () => {
    const warnings: string[] = [];
    assert.deepEqual(
      translateRawLines(lines, 1, (text) => warnings.push(text)),
      [
        ["lxc.apparmor.profile", "unconfined"],
        ["lxc.cgroup.devices.allow", "a"],
        ["lxc.cgroup.memory.limit_in_bytes", "-1"],
        ["lxc.cgroup.cpu.cfs_period_us", "100000"],
        ["lxc.cgroup.cpu.cfs_quota_us", "50000"],
        ["lxc.cgroup.pids.max", "100"],
      ],
    );
    assert.deepEqual(warnings, [
      "lxc.cgroup2.io.max: has no counterpart on this machine's cgroup v1; ignored",
    ]);
  });

  it("for cgroup v1 take effect on a machine with v2", () => {
    const v1: RawLine[] = [
      ["lxc.cgroup.devices.allow", "c 10:200 rwm"],
      ["lxc.cgroup.cpu.shares", "512"],
      ["lxc.cgroup.dir", "x"],
    ];
    assert.deepEqual(
      translateRawLines(v1, 2, () => assert.fail("no warning is due")),
      [
        ["lxc.cgroup2.devices.allow", "c 10:200 rwm"],
        ["lxc.cgroup2.cpu.weight", "50"],
        ["lxc.cgroup.dir", "x"],
      ],
    );
  });
});
