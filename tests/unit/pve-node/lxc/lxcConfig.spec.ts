import assert from "node:assert/strict";
import { parseCtConfig } from "../../../../pve-node/codec/ctConfig";
import {
  generateLxcConfig,
  generateSeccompProfile,
  wantedLimits,
  type LxcConfigContext,
} from "../../../../pve-node/lxc/lxcConfig";

const context: LxcConfigContext = {
  vmid: 111,
  cgroupVersion: 1,
  cpus: [0, 1],
  rootfs: "/var/lib/lxc/111/rootfs",
  hook: "/usr/sbin/pct",
  bridgeMtu: { vmbr1: 1400 },
  vethName: (index) => `veth111i${index}`,
  swapAccounting: true,
  seccompProfile: "/var/lib/lxc/111/rules.seccomp",
};
const silent = () => undefined;
const conf = (text: string) => parseCtConfig(text);

const docker = `arch: amd64
cores: 1
features: fuse=1,nesting=1
hostname: app1
memory: 512
net0: name=eth0,bridge=vmbr1,hwaddr=BC:24:11:3A:7F:02,ip=10.10.10.11/24,type=veth
rootfs: local:111/vm-111-disk-0.raw,size=8G
swap: 0
unprivileged: 0
lxc.cap.drop:
lxc.cgroup2.devices.allow: a
`;

const golden = `lxc.cgroup.relative = 0
lxc.cgroup.dir.monitor = lxc.monitor/111
lxc.cgroup.dir.container = lxc/111
lxc.cgroup.dir.container.inner = ns
lxc.arch = x86_64
lxc.include = /usr/share/lxc/config/common.conf
lxc.apparmor.profile = unconfined
lxc.mount.auto =
lxc.mount.auto = proc:rw sys:rw cgroup:rw:force
lxc.mount.entry = /dev/fuse dev/fuse none bind,create=file 0 0
lxc.monitor.unshare = 1
lxc.hook.pre-start = /usr/sbin/pct hook
lxc.hook.post-stop = /usr/sbin/pct hook
lxc.tty.max = 2
lxc.environment = TERM=linux
lxc.uts.name = app1
lxc.cgroup.memory.limit_in_bytes = 536870912
lxc.cgroup.memory.memsw.limit_in_bytes = 536870912
lxc.cgroup.cpu.cfs_period_us = 100000
lxc.cgroup.cpu.cfs_quota_us = -1
lxc.cgroup.cpuset.cpus = 1
lxc.rootfs.path = dir:/var/lib/lxc/111/rootfs
lxc.net.0.type = veth
lxc.net.0.veth.pair = veth111i0
lxc.net.0.link = vmbr1
lxc.net.0.name = eth0
lxc.net.0.hwaddr = BC:24:11:3A:7F:02
lxc.net.0.mtu = 1400
lxc.cap.drop =
lxc.cgroup.devices.allow = a
`;

describe("generated LXC configuration", () => {
  it("of a privileged CT for Docker, on cgroup v1", () => {
    assert.equal(generateLxcConfig(conf(docker), context, silent), golden);
  });

  it("keeps /proc, /sys and cgroups from a CT without nesting", () => {
    const text = generateLxcConfig(conf("unprivileged: 0\n"), context, silent);
    assert.match(text, /^lxc\.mount\.auto = proc:mixed sys:mixed cgroup:mixed$/m);
  });

  it("maps ids of an unprivileged CT and filters its system calls", () => {
    const text = generateLxcConfig(conf("unprivileged: 1\n"), context, silent);
    for (const line of [
      "lxc.include = /usr/share/lxc/config/userns.conf",
      "lxc.seccomp.profile = /var/lib/lxc/111/rules.seccomp",
      "lxc.idmap = u 0 100000 65536",
      "lxc.idmap = g 0 100000 65536",
    ])
      assert.ok(text.split("\n").includes(line), line);
    assert.match(generateSeccompProfile({}), /^keyctl errno 38$/m);
    assert.doesNotMatch(generateSeccompProfile({ features: "keyctl=1" }), /keyctl/);
  });

  it("maps of the CT's own stand instead of the usual one", () => {
    const own = "unprivileged: 1\nlxc.idmap: u 0 100000 1000\nlxc.idmap: u 1000 101000 64536\n";
    const text = generateLxcConfig(conf(own), context, silent);
    assert.deepEqual(text.match(/^lxc\.idmap = .*$/gm), [
      "lxc.idmap = u 0 100000 1000",
      "lxc.idmap = u 1000 101000 64536",
    ]);
  });

  it("starts init as it is, and what the CT says instead", () => {
    const initOf = (text: string, cgroupVersion: 1 | 2) =>
      generateLxcConfig(conf(text), { ...context, cgroupVersion }, silent).match(
        /^lxc\.init.*/m,
      )?.[0];
    assert.deepEqual([initOf(docker, 1), initOf(docker, 2)], [undefined, undefined]);
    assert.equal(initOf(`entrypoint: /init\n${docker}`, 1), "lxc.init.cmd = /init");
  });

  it("puts raw lines last, so that they win", () => {
    const text = generateLxcConfig(conf(`${docker}lxc.uts.name: other\n`), context, silent);
    assert.ok(text.endsWith("lxc.uts.name = other\n"));
  });

  it("gives addresses to host-managed interfaces only, and no bridge to a link that is down", () => {
    const net0 = "net0: name=eth0,bridge=vmbr1,host-managed=1,ip=10.0.0.2/24,gw=10.0.0.1\n";
    const net1 = "net1: name=eth1,bridge=vmbr1,link_down=1\n";
    const text = generateLxcConfig(conf(net0 + net1), context, silent);
    assert.match(text, /^lxc\.net\.0\.ipv4\.address = 10\.0\.0\.2\/24$/m);
    assert.match(text, /^lxc\.net\.0\.ipv4\.gateway = 10\.0\.0\.1$/m);
    assert.doesNotMatch(text, /^lxc\.net\.1\.link/m);
  });

  it("names the limits to be read back, raw lines instead of options", () => {
    const config = conf(
      "memory: 256\nlxc.cgroup2.memory.max: 100000000\nlxc.cgroup2.pids.max: 9\n",
    );
    const wanted = wantedLimits(config, { ...context, cgroupVersion: 2, swapAccounting: false });
    assert.deepEqual(
      wanted.map(({ key, value }) => `${key}=${value}`),
      ["memory.max=100000000", "memory.high=266338304", "cpu.max=max 100000", "pids.max=9"],
    );
  });
});
