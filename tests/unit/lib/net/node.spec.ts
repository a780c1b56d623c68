import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkConfig } from "../../../../lib/config/checkConfig";
import { macOf, nodeNetwork } from "../../../../lib/net/nodeNetwork";
import {
  closeEgress,
  nodeFiles,
  openEgress,
  setUpNode,
  tearDownNode,
} from "../../../../lib/net/nodeSetup";
import { parseHostPort } from "../../../../lib/net/cidr";
import { guestsOf } from "../../../../lib/stack/guests";
import { settingsOf } from "../../../support/settings";
import { completeConfig } from "../../../support/stackConfig";

const network = (changes: Record<string, string> = {}) => {
  const settings = settingsOf(changes);
  return nodeNetwork(settings, guestsOf(settings));
};

const chain = (rules: string, name: string) =>
  new RegExp(`chain ${name} \\{\\n([^]*?)\\n  \\}`)
    .exec(rules)?.[1]
    ?.split("\n")
    .map((l) => l.trim());

describe("the Proxmox node's filters", () => {
  it("are the reviewed text for the default stack", () => {
    const golden = readFileSync(join(__dirname, "golden", "node.nft"), "utf8");
    assert.equal(nodeFiles(network({ aptProxy: "http://10.10.10.1:3142" })).rules, golden);
  });

  it("let each CT speak with its own address only, the load balancer on both of its interfaces", () => {
    const { rules } = nodeFiles(network({ appNodeCount: "2" }));
    const speakers = [...rules.matchAll(/"(veth\w+)" \. (\S+) \. ([\d.]{7,})/g)].map((m) =>
      m.slice(1),
    );
    assert.deepEqual(speakers, [
      ["veth110i0", "02:48:ac:14:00:0a", "172.20.0.10"],
      ["veth110i1", "02:48:0a:0a:0a:0a", "10.10.10.10"],
      ["veth111i0", "02:48:0a:0a:0a:0b", "10.10.10.11"],
      ["veth112i0", "02:48:0a:0a:0a:0c", "10.10.10.12"],
      ["veth150i0", "02:48:0a:0a:0a:32", "10.10.10.50"],
    ]);
  });

  it("open nothing of the node without a package cache but the resolver", () => {
    const { rules } = nodeFiles(network());
    assert.deepEqual(chain(rules, "from-private"), [
      "ct state established,related accept",
      "ip saddr @egress ip daddr 1.1.1.1 meta l4proto { tcp, udp } th dport 53 accept",
      "goto denied-input",
    ]);
  });

  it("close the package cache with the way out, established connections included", () => {
    const { rules } = nodeFiles(network({ aptProxy: "http://10.10.10.1:3142" }));
    assert.deepEqual(chain(rules, "from-private")?.slice(0, 3), [
      "ip saddr @egress ip daddr 10.10.10.1 tcp dport 3142 accept",
      "tcp dport 3142 goto denied-input",
      "ct state established,related accept",
    ]);
  });

  it("let the whole subnet out always, and nobody by themselves with provisioning", () => {
    const egress = (nat: string) =>
      /set egress \{.*\}/.exec(nodeFiles(network({ nat })).rules)?.[0];
    assert.equal(
      egress("always"),
      "set egress { type ipv4_addr; flags interval, timeout; elements = { 10.10.10.0/24 }; }",
    );
    assert.equal(egress("provisioning"), "set egress { type ipv4_addr; flags interval, timeout; }");
  });

  it("refuses another word for nat", () => {
    const { problems } = checkConfig(completeConfig({ nat: "never" }));
    assert.deepEqual(problems, ['nat: is no mode, got "never"; allowed are always, provisioning']);
  });
});

describe("the scripts for the Proxmox node", () => {
  it("take away every file and both tables that they made", () => {
    const own = network({ privateBridge: "vmbr7" });
    const { paths } = nodeFiles(own);
    const down = tearDownNode(own);
    for (const path of Object.values(paths)) assert.ok(down.includes(path), path);
    const made = [...setUpNode(own).matchAll(/^mv \S+\.tmp (\S+)$/gm)].map((m) => m[1]);
    assert.deepEqual(
      made.sort(),
      [
        "/etc/homelab/flow-log",
        "/etc/homelab/flow-ulogd.conf",
        paths.interfaces,
        paths.rules,
        paths.up,
      ].sort(),
    );
    for (const family of ["inet", "bridge"]) {
      assert.match(down, new RegExp(`delete table ${family} homelab-vmbr7`));
    }
  });

  it("keep the bridge down when the filters cannot be loaded", () => {
    const { up } = nodeFiles(network());
    assert.match(up, /if ! nft -f \S+; then\n {2}ip link set dev vmbr1 down\n[^]*exit 1\nfi\n/);
    assert.ok(up.indexOf("ip_forward") > up.indexOf("exit 1"));
  });

  it("open the way out for one CT and a time that starts anew, and say so each time", () => {
    const open = openEgress(network(), "10.10.10.11");
    const set = "inet homelab-vmbr1 egress";
    assert.deepEqual(open.match(/(?:add|delete) element .*$/gm), [
      `add element ${set} { 10.10.10.11 }`,
      `delete element ${set} { 10.10.10.11 }`,
      `add element ${set} { 10.10.10.11 timeout 15m }`,
    ]);
    assert.match(open, /^touch (\S+)$/m);
    assert.match(open, /^date \+%s%N$/m);
  });

  it("close it for everybody, and forget that it was open", () => {
    const { opened } = nodeFiles(network()).paths;
    assert.equal(
      closeEgress(network()),
      `set -euo pipefail\nnft flush set inet homelab-vmbr1 egress\nrm -f ${opened}`,
    );
  });
});

describe("a CT's MAC address", () => {
  it("is made from its IPv4 address, locally administered, in Proxmox's spelling", () => {
    assert.equal(macOf("10.10.10.11"), "02:48:0A:0A:0A:0B");
    assert.equal(macOf("192.168.1.200"), "02:48:C0:A8:01:C8");
  });
});

describe("the package cache's address", () => {
  it("is read from its URL", () => {
    assert.deepEqual(parseHostPort("http://10.10.10.1:3142"), {
      address: "10.10.10.1",
      port: 3142,
    });
    assert.deepEqual(parseHostPort("http://10.10.10.1/"), { address: "10.10.10.1", port: 80 });
  });

  it("is unknown for a host that is named, and for none", () => {
    for (const url of ["", "http://cache.lan:3142", "http://999.1.1.1:80"]) {
      assert.equal(parseHostPort(url), undefined, url);
    }
  });
});
