import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedNode } from "../../../../pve-node/box/embeddedNode";
import { defaultPrivateGateway, machineValues, mergeValues } from "../../../../cli/stack/config";
import { configFile, updateWorkingCopy } from "../../../../cli/stack/workingCopy";
import { labPaths } from "../../../../system/labPaths";

const node = { apiUrl: "https://127.0.0.1:8006", sshPort: 2222, node: "pve1" } as EmbeddedNode;

describe("mergeValues", () => {
  const merge = (from: Partial<Parameters<typeof mergeValues>[0]>) =>
    mergeValues({
      ...{ working: {}, lastCommitted: {}, lastMachine: {}, committed: {}, machine: {} },
      ...from,
    }).values;

  it("follows a committed value that changed", () => {
    const values = merge({ working: { k: "1" }, lastCommitted: { k: "1" }, committed: { k: "2" } });
    assert.deepEqual(values, { k: "2" });
  });

  it("drops a committed value that went away", () => {
    assert.deepEqual(merge({ working: { k: "1" }, lastCommitted: { k: "1" } }), {});
  });

  it("keeps a value set by hand", () => {
    const values = merge({ working: { k: "9" }, lastCommitted: { k: "1" }, committed: { k: "1" } });
    assert.deepEqual(values, { k: "9" });
  });

  it("gives the machine's values, and follows them when they change", () => {
    assert.deepEqual(merge({ machine: { k: "m" } }), { k: "m" });
    const changed = merge({ working: { k: "m" }, lastMachine: { k: "m" }, machine: { k: "n" } });
    assert.deepEqual(changed, { k: "n" });
  });

  it("keeps a value set by hand over the machine's, now and after a change of the machine's", () => {
    const set = merge({ working: { k: "9" }, lastMachine: { k: "m" }, machine: { k: "m" } });
    assert.deepEqual(set, { k: "9" });
    const later = merge({ working: set, lastMachine: { k: "m" }, machine: { k: "n" } });
    assert.deepEqual(later, { k: "9" });
  });

  it("takes a committed value before the machine's", () => {
    assert.deepEqual(merge({ committed: { k: "c" }, machine: { k: "m" } }), { k: "c" });
  });

  it("gives back the machine's value when the user's is removed", () => {
    assert.deepEqual(merge({ lastMachine: { k: "m" }, machine: { k: "m" } }), { k: "m" });
  });

  it("takes the values of a lab that did not keep the machine's as the machine's", () => {
    const values = merge({ working: { k: "old" }, lastMachine: undefined, machine: { k: "m" } });
    assert.deepEqual(values, { k: "m" });
  });

  const gateway = "homelab:privateGateway";
  const proxy = "homelab:aptProxy";

  it("puts the package cache where the private subnet's gateway is", () => {
    assert.equal(merge({ packageCachePort: 3142 })[proxy], "http://10.10.10.1:3142");
    for (const at of [
      { working: { [gateway]: "10.20.30.1" } },
      { committed: { [gateway]: "10.20.30.1" } },
    ])
      assert.equal(merge({ packageCachePort: 3142, ...at })[proxy], "http://10.20.30.1:3142");
  });

  it("moves the package cache with the gateway, and keeps another one that was set by hand", () => {
    const first = mergeValues({
      ...{ working: {}, lastCommitted: {}, lastMachine: {}, committed: {}, machine: {} },
      packageCachePort: 3142,
    });
    const next = { lastMachine: first.machine, packageCachePort: 3142 };
    const moved = merge({ ...next, working: { ...first.values, [gateway]: "10.20.30.1" } });
    assert.equal(moved[proxy], "http://10.20.30.1:3142");
    const own = merge({
      ...next,
      working: { ...first.values, [proxy]: "http://192.168.1.3:3142" },
    });
    assert.equal(own[proxy], "http://192.168.1.3:3142");
  });

  it("takes the project's default gateway where none is set", () => {
    const project = readFileSync(join(labPaths().root, "Pulumi.yaml"), "utf8");
    const [, given] = /privateGateway:(?:\n +.*)*?\n +default: (\S+)/.exec(project) ?? [];
    assert.equal(given, defaultPrivateGateway);
  });
});

describe("machineValues", () => {
  it("writes every value as text and leaves out what is not there", () => {
    assert.deepEqual(machineValues(node), {
      "homelab:proxmoxEndpoint": "https://127.0.0.1:8006",
      "homelab:proxmoxNode": "pve1",
      "homelab:sshPort": "2222",
    });
  });
});

describe("updateWorkingCopy", () => {
  it("keeps Pulumi's salt and values set by hand, and writes only on a change", () => {
    const root = mkdtempSync(join(tmpdir(), "homelab-config-"));
    try {
      const paths = labPaths(root);
      writeFileSync(join(root, "Pulumi.dev.yaml"), "config:\n  homelab:appNodeCount: 3\n");
      updateWorkingCopy(paths, node);
      const file = configFile(paths, "dev");
      const made = JSON.parse(readFileSync(file, "utf8")) as { config: Record<string, string> };
      assert.equal(made.config["homelab:appNodeCount"], "3");
      const edited = {
        encryptionsalt: "v1:x",
        config: { ...made.config, "homelab:appNodeCount": "5" },
      };
      writeFileSync(file, JSON.stringify(edited));
      updateWorkingCopy(paths, node);
      assert.equal(readFileSync(file, "utf8"), JSON.stringify(edited));
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
