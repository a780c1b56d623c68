import assert from "node:assert/strict";
import { previewLog } from "../../../cli/stack/previewLog";

describe("a preview in a log", () => {
  it("has each error once, and no progress", () => {
    const error = 'proxmoxNode: no such node, got "pve9"';
    const lines: string[] = [];
    const log = previewLog((line) => lines.push(line));
    for (const line of [
      "@ previewing update....",
      ` +  pulumi:pulumi:Stack homelab-dev create error: ${error}`,
      `    pulumi-nodejs:dynamic/homelab:Preflight preflight  error: ${error}`,
      " ~  command:remote:Command app1-files update [diff: ~stdin]",
      "Diagnostics:",
      `    error: x resource 'preflight' has a problem: ${error}`,
    ]) {
      log(line);
    }
    assert.deepEqual(lines, [
      " +  pulumi:pulumi:Stack homelab-dev create error, see below",
      "    pulumi-nodejs:dynamic/homelab:Preflight preflight error, see below",
      " ~  command:remote:Command app1-files update [diff: ~stdin]",
      "Diagnostics:",
      `    error: x resource 'preflight' has a problem: ${error}`,
    ]);
  });
});
