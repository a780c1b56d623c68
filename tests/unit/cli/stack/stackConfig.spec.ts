import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedNode } from "../../../../pve-node/box/embeddedNode";
import { machineValues, mergeValues, parseStackYaml } from "../../../../cli/stack/config";
import { configFile, updateWorkingCopy } from "../../../../cli/stack/workingCopy";
import { labPaths } from "../../../../system/labPaths";

const node = { apiUrl: "https://127.0.0.1:8006", sshPort: 2222, node: "pve1" } as EmbeddedNode;

describe("parseStackYaml", () => {
  it("reads plain and quoted values, lists in both forms, and comments", () => {
    const text = [
      "# about",
      "config:",
      "  homelab:appNodeCount: 3 # three",
      '  homelab:node: "pve 1"',
      "  homelab:drivers: [overlay2, 'fuse-overlayfs']",
      "  homelab:others:",
      "    - a",
      "    - b",
    ].join("\n");
    assert.deepEqual(parseStackYaml("f", text), {
      "homelab:appNodeCount": "3",
      "homelab:node": "pve 1",
      "homelab:drivers": ["overlay2", "fuse-overlayfs"],
      "homelab:others": ["a", "b"],
    });
  });

  it("refuses what it does not understand, with the line", () => {
    assert.throws(() => parseStackYaml("f.yaml", "config:\n  homelab:a: {b: c}"), {
      message: /^f\.yaml: line 2 is not understood, got " {2}homelab:a: \{b: c\}"; write/,
    });
  });

  it("understands the committed file of the dev stack", () => {
    const file = join(labPaths().root, "Pulumi.dev.yaml");
    assert.notDeepEqual(parseStackYaml(file, readFileSync(file, "utf8")), {});
  });
});

describe("mergeValues", () => {
  const merge = (from: Partial<Parameters<typeof mergeValues>[0]>) =>
    mergeValues({ working: {}, lastCommitted: {}, committed: {}, machine: {}, ...from });

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

  it("lets the machine's values win", () => {
    assert.deepEqual(merge({ working: { k: "9" }, machine: { k: "m" } }), { k: "m" });
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
