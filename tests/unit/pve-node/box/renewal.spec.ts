import assert from "node:assert/strict";
import { type Made, type Pair, restartReason } from "../../../../pve-node/box/renewal";

const made = (): Made => ({
  Config: {
    Hostname: "pve1",
    Env: ["PVE_NODE_NAME=pve1", "http_proxy=", "PATH=/bin"],
    Entrypoint: ["/usr/bin/tini"],
    StopSignal: "SIGTERM",
    Volumes: { "/var/lib/pve-node": {} },
  },
  HostConfig: {
    CapAdd: ["SYS_ADMIN"],
    SecurityOpt: ["seccomp=unconfined", "label=disable"],
    PortBindings: { "22/tcp": [{ HostIp: "127.0.0.1", HostPort: "2222" }] },
  },
  NetworkSettings: { Networks: { lab: { IPAMConfig: { IPv4Address: "172.30.3.2" } } } },
});
const pair = (): Pair => ({
  running: made(),
  wanted: made(),
  layers: { running: ["a", "b", "c"], wanted: ["a", "b", "d"], system: ["a", "b"] },
  selinux: true,
});
const after = (change: (two: Pair) => void): string | undefined => {
  const two = pair();
  change(two);
  return restartReason(two);
};

describe("a running node that is given other files", () => {
  it("goes on where only the files above its system differ", () => {
    assert.equal(restartReason(pair()), undefined);
    assert.equal(
      after(({ running }) => running.Config.Env!.push("PVE_NODE_NAMESERVER=1.1.1.1")),
      undefined,
    );
    assert.equal(
      after(({ running }) => running.Config.Env!.splice(1, 1)),
      undefined,
    );
  });

  it("goes on without the option that SELinux alone understands, where that is not there", () => {
    const without = (two: Pair) => (two.running.HostConfig.SecurityOpt = ["seccomp=unconfined"]);
    assert.match(after(without)!, /rights/);
    assert.equal(
      after((two) => {
        without(two);
        two.selinux = false;
      }),
      undefined,
    );
  });

  it("goes on where Docker tells the same in another order or with other words for nothing", () => {
    const one = after((two) => {
      const { HostConfig: running } = two.running;
      const { HostConfig: wanted } = two.wanted;
      running.Binds = ["lab:/var/lib/pve-node", "/cache/apt:/var/cache/apt"];
      wanted.Binds = ["/cache/apt:/var/cache/apt", "lab:/var/lib/pve-node"];
      running.CapAdd = ["SYS_ADMIN", "NET_ADMIN"];
      wanted.CapAdd = ["NET_ADMIN", "SYS_ADMIN"];
      Object.assign(running, { Dns: [], Init: null, Memory: 0, Runtime: "runc", LogConfig: {} });
      Object.assign(wanted, { Dns: null, Init: false, Runtime: "runc", ConsoleSize: [24, 80] });
      running.PortBindings = { "22/tcp": [{ HostIp: "", HostPort: "1" }], "80/tcp": null };
      wanted.PortBindings = { "22/tcp": [{ HostPort: "1" }] };
    });
    assert.equal(one, undefined);
  });

  const changes: Record<string, [(two: Pair) => void, RegExp]> = {
    "another system": [({ layers }) => (layers.wanted = ["a", "x", "d"]), /system/],
    "an image that is gone": [({ layers }) => (layers.running = undefined), /system/],
    "a system that is gone": [({ layers }) => (layers.system = undefined), /system/],
    "another entrypoint": [({ wanted }) => (wanted.Config.Entrypoint = ["/bin/sh"]), /started/],
    "another host name": [({ wanted }) => (wanted.Config.Hostname = "pve2"), /started/],
    "a capability more": [({ wanted }) => (wanted.HostConfig.CapAdd = ["SYS_ADMIN", "BPF"]), /rig/],
    "another folder": [
      ({ wanted }) => (wanted.HostConfig.Binds = ["/:/host"]),
      /folders \(Binds\)/,
    ],
    "another restart policy": [
      ({ wanted }) => (wanted.HostConfig.RestartPolicy = { Name: "always" }),
      /\(RestartPolicy\)/,
    ],
    "another port": [({ wanted }) => (wanted.HostConfig.PortBindings = {}), /ports/],
    "another address": [
      ({ wanted }) =>
        (wanted.NetworkSettings.Networks!.lab!.IPAMConfig!.IPv4Address = "172.30.4.2"),
      /address/,
    ],
    "another variable": [
      ({ wanted }) => (wanted.Config.Env![0] = "PVE_NODE_NAME=pve2"),
      /environment/,
    ],
    "a variable that it has no more": [
      ({ running }) => running.Config.Env!.push("PVE_NODE_RELEASE=8.4"),
      /environment/,
    ],
    "a proxy that it must not have": [
      ({ running }) => (running.Config.Env![1] = "http_proxy=http://proxy:3128"),
      /environment/,
    ],
  };
  for (const [what, [change, reason]] of Object.entries(changes))
    it(`is restarted for ${what}`, () => assert.match(after(change) ?? "goes on", reason));
});
