import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nodeNetwork } from "../../../../lib/net/nodeNetwork";
import { setUpNode, tearDownNode } from "../../../../lib/net/nodeSetup";
import { guestsOf } from "../../../../lib/stack/guests";
import { labSettings } from "../../../support/labSettings";
import { stubbedShell } from "../../../support/stubbedShell";

const network = (privateBridge: string) => {
  const settings = labSettings({ privateBridge });
  return nodeNetwork(settings, guestsOf(settings));
};

/** A Proxmox node in a folder that forwards nothing of its own accord. */
function node() {
  const shell = stubbedShell([
    ...["/etc/homelab", "/etc/network/interfaces.d", "/proc/sys/net/ipv4", "/run/systemd/system"],
    ...["/var/log/homelab", "/run/homelab-flow-log", "/etc/pve/nodes"],
  ]);
  for (const command of ["ip", "systemctl", "systemd-run", "ulogd", "setsid"]) {
    shell.stub(command);
  }
  // It reads what it is sent, as the real one does: its sender would else end by SIGPIPE now and then.
  shell.stub("nft", 'case "$*" in "-f -") cat > /dev/null ;; esac');
  shell.write("/proc/sys/net/ipv4/ip_forward", "0\n");
  const forwards = () => shell.read("/proc/sys/net/ipv4/ip_forward").trim();
  return { shell, forwards, [Symbol.dispose]: () => shell[Symbol.dispose]() };
}

describe("the Proxmox node, set up and torn down, run", () => {
  it("forwards afterwards what it forwarded before, and has nothing left", () => {
    using one = node();
    const up = one.shell.run(setUpNode(network("vmbr1")));
    assert.equal(up.code, 0, up.stderr);
    assert.equal(one.forwards(), "1");
    assert.equal(one.shell.run(setUpNode(network("vmbr1"))).code, 0);
    const down = one.shell.run(tearDownNode(network("vmbr1")));
    assert.equal(down.code, 0, down.stderr);
    assert.equal(one.forwards(), "0");
    assert.ok(!existsSync(join(one.shell.root, "/etc/homelab")));
  });

  it("removes the notes of CTs that are gone, and of no other", () => {
    using one = node();
    one.shell.run(setUpNode(network("vmbr1")));
    for (const vmid of [111, 211]) one.shell.write(`/etc/homelab/ct-${vmid}.json`, "{}");
    one.shell.write("/etc/pve/nodes/pve2/lxc/211.conf", "memory: 512\n");
    assert.equal(one.shell.run(tearDownNode(network("vmbr1"))).code, 0);
    assert.deepEqual(readdirSync(join(one.shell.root, "/etc/homelab")), ["ct-211.json"]);
  });

  it("goes on forwarding for another stack of the node, and as long as it did before", () => {
    using one = node();
    one.shell.write("/proc/sys/net/ipv4/ip_forward", "1\n");
    for (const bridge of ["vmbr1", "vmbr7"]) one.shell.run(setUpNode(network(bridge)));
    for (const bridge of ["vmbr1", "vmbr7"]) one.shell.run(tearDownNode(network(bridge)));
    assert.equal(one.forwards(), "1");
  });

  it("reads package lists anew where a package cannot be installed with those it has", () => {
    using one = node();
    const text = setUpNode(network("vmbr1")).replaceAll("command -v nft", "command -v no-such-nft");
    one.shell.stub(
      "apt-get",
      '[ "$1" = update ] && touch /etc/homelab/lists; [ -e /etc/homelab/lists ]',
    );
    const { code, calls, stderr } = one.shell.run(text);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("apt-get")).map((call) => call.split(" ")[1]),
      ["install", "update", "install"],
    );
    assert.equal(one.shell.read("/etc/homelab/packages-installed"), "nftables\n");
  });
});
