import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type StubbedShell, stubbedShell } from "../../support/stubbedShell";

const scripts = resolve("pve-node/image/rootfs/usr/local/lib/pve-node");
const services = readFileSync(join(scripts, "services.sh"), "utf8");

describe("the node's package cache", () => {
  let shell: StubbedShell;
  beforeEach(() => {
    shell = stubbedShell(["/etc", "/state", "/var/cache/homelab-apt", "/var/log/apt-cacher-ng"]);
    for (const command of ["setpriv", "chown", "flock", "getent"]) shell.stub(command);
    shell.write("/etc/hosts", "127.0.0.1 localhost\n172.30.0.2 pve1\n");
  });
  afterEach(() => shell[Symbol.dispose]());

  function start(): { call: string; hosts: string } {
    const { code, stderr, calls } = shell.run(
      `set -euo pipefail\nSTATE=/state\n${services}\napt_cache_run`,
    );
    assert.equal(code, 0, stderr);
    const call = calls.find((line) => line.startsWith("setpriv"))!;
    return { call, hosts: shell.read("/etc/hosts") };
  }

  it("asks a proxy for one file at a time, by an address that no resolver is asked for", () => {
    shell.write("/state/package-proxy", "http://10.1.2.3:3128");
    shell.write("/state/package-proxy-host", "10.1.2.3 10.1.2.3");
    const hosts = "127.0.0.1 localhost\n172.30.0.2 pve1\n10.1.2.3 10.1.2.3 # package proxy\n";
    for (const turn of ["first", "second"]) {
      const { call, ...seen } = start();
      assert.match(call, / Proxy=http:\/\/10\.1\.2\.3:3128 PipelineDepth=1 DlMaxRetries=40$/);
      assert.equal(seen.hosts, hosts, turn);
    }
  });

  it("is one of its own where another box has the machine's, but for a machine without a network", () => {
    const folder = () => / CacheDir=(\S+)/.exec(start().call)?.[1]?.replace(shell.root, "");
    assert.equal(folder(), "/var/cache/homelab-apt");
    shell.stub("flock", "exit 1"); // the other box has the lock
    assert.equal(folder(), "/state/apt-cache");
    shell.write("/state/package-offline", "");
    assert.equal(folder(), "/var/cache/homelab-apt");
  });

  it("forgets a proxy that is named no more", () => {
    shell.write("/etc/hosts", "127.0.0.1 localhost\n10.1.2.3 proxy # package proxy\n");
    for (const name of ["package-proxy", "package-proxy-host"]) shell.write(`/state/${name}`, "");
    const { call, hosts } = start();
    assert.doesNotMatch(call, /Proxy|Pipeline/);
    assert.equal(hosts, "127.0.0.1 localhost\n");
  });
});
