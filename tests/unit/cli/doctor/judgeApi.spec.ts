import assert from "node:assert/strict";
import { judgeNode, judgePrivileges, judgeVersion } from "../../../../cli/doctor/judgeApi";
import type { ApiFacts } from "../../../../cli/doctor/nodeFacts";
import type { Finding } from "../../../../cli/prerequisites/findings";
import type { Needs } from "../../../../lib/preflight/preflightRules";
import { DEPLOYER_PRIVILEGES } from "../../../../lib/stack/privileges";

const needs: Needs = {
  nodeName: "pve1",
  storage: "local-lvm",
  template: "local:vztmpl/debian-12.tar.zst",
  lanBridge: "vmbr0",
  privateBridge: "vmbr1",
  hostMemoryMiB: 896,
  cts: [{ vmid: 110, hostname: "lb", memoryMiB: 256, diskGiB: 4 }],
};

const facts = (changes: Partial<ApiFacts> = {}): ApiFacts => ({
  version: "9.2.1",
  nodes: [{ node: "pve1", status: "online", maxmem: 8 * 1024 ** 3 }],
  held: new Map(),
  storages: [{ storage: "local-lvm", content: "rootdir", active: 1, avail: 9 * 1024 ** 3 }],
  templates: [{ volid: "local:vztmpl/debian-12.tar.zst" }],
  interfaces: [{ iface: "vmbr0", type: "bridge" }],
  guests: [],
  highlyAvailable: [],
  ...changes,
});

const bad = (findings: Finding[]) => findings.filter(({ level }) => level !== "ok");

describe("doctor about what the token sees", () => {
  it("knows the versions that were tried", () => {
    const levels = ["7.4", "8.0", "8.4.21", "9.2.1", "10.0"].map((one) => judgeVersion(one).level);
    assert.deepEqual(levels, ["error", "warning", "ok", "ok", "warning"]);
  });

  it("names each privilege that is missing, where and what for", () => {
    const all = new Set<string>([...DEPLOYER_PRIVILEGES, "Sys.Modify"]);
    const held = new Map([
      ["/", all],
      ["/nodes/pve1", all],
    ]);
    assert.deepEqual(bad(judgePrivileges(held, "pve1", "h@pve!t")), []);
    held.set("/", new Set([...all].filter((one) => one !== "VM.Allocate")));
    held.set("/nodes/pve1", new Set());
    assert.deepEqual(
      bad(judgePrivileges(held, "pve1", "h@pve!t")).map(({ found }) => found),
      [
        "token h@pve!t has no VM.Allocate on / (to make and remove CTs)",
        "token h@pve!t has no Sys.Modify on /nodes/pve1 (to make the private bridge)",
      ],
    );
  });

  it("finds nothing where the node has everything", () => {
    assert.deepEqual(bad(judgeNode(facts(), needs, undefined)), []);
  });

  for (const [title, changes, expected] of [
    ["another node", { nodes: [{ node: "pve2", status: "online" }] }, /no such node, got "pve1"/],
    [
      "a storage for other things",
      { storages: [{ storage: "local-lvm", content: "iso" }] },
      /cannot hold CT disks/,
    ],
    ["no template", { templates: [] }, /is missing on node pve1/],
    ["no LAN bridge", { interfaces: [] }, /is no bridge of node pve1/],
    [
      "a private bridge of somebody",
      {
        interfaces: [
          { iface: "vmbr0", type: "bridge" },
          { iface: "vmbr1", type: "bridge", comments: "storage" },
        ],
      },
      /exists on node pve1 and is not this lab's/,
    ],
    [
      "changes of somebody that wait",
      { changes: "@@ -1 +1 @@\n+auto vmbr7\n+iface vmbr7 inet manual\n" },
      /changes wait to be applied, got vmbr7/,
    ],
    [
      "a taken vmid",
      { guests: [{ vmid: 110, type: "qemu", node: "pve1", name: "mail" }] },
      /taken by a guest that is not this lab's/,
    ],
    [
      "a full storage",
      { storages: [{ storage: "local-lvm", content: "rootdir", avail: 3 * 1024 ** 3 }] },
      /too little room, got 3 GiB free where 4 GiB/,
    ],
  ] as [string, Partial<ApiFacts>, RegExp][]) {
    it(`finds ${title}`, () => {
      const [first, ...others] = bad(judgeNode(facts(changes), needs, undefined));
      assert.equal(others.length, 0);
      assert.equal(first?.level, "error");
      assert.match(first.found, expected);
    });
  }

  it("warns of CTs that high availability may move", () => {
    const own = { vmid: 110, type: "lxc", node: "pve1", name: "lb", tags: "homelab" };
    const found = bad(judgeNode(facts({ guests: [own], highlyAvailable: [110] }), needs, needs));
    assert.deepEqual(
      found.map(({ level, remedy }) => [level, remedy]),
      [["warning", "take them out: ha-manager remove ct:110"]],
    );
  });
});
