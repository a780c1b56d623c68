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
      log.line(line);
    }
    log.end();
    assert.deepEqual(lines, [
      " +  pulumi:pulumi:Stack homelab-dev create error, see below",
      "    pulumi-nodejs:dynamic/homelab:Preflight preflight error, see below",
      " ~  command:remote:Command app1-files update [diff: ~stdin]",
      "Diagnostics:",
      `    error: x resource 'preflight' has a problem: ${error}`,
    ]);
  });

  it("has the cause of an error without its script or stack, and what follows", () => {
    const lines: string[] = [];
    const log = previewLog((line) => lines.push(line));
    for (const line of [
      "Diagnostics:",
      "  command:local:Command (app1-files):",
      '    error: Process exited with status 1: running "set -e\\nfalse # \\"x\\"":',
      "    app1: package lists cannot be read",
      "",
      "  pulumi-nodejs:dynamic/homelab:CtPower (db-power):",
      "    error: Error: unable to start CT 111: exit status 1: startup failed",
      "        at mustRun (/a/provider/ssh.ts:60:11)",
      "",
      "Resources:",
      "    + 3 to create",
    ]) {
      log.line(line);
    }
    log.end();
    assert.deepEqual(lines, [
      "Diagnostics:",
      "  command:local:Command (app1-files):",
      "    error: app1: package lists cannot be read",
      "  pulumi-nodejs:dynamic/homelab:CtPower (db-power):",
      "    error: unable to start CT 111: exit status 1: startup failed",
      "Resources:",
      "    + 3 to create",
    ]);
  });

  it("gives the error that ends it", () => {
    const lines: string[] = [];
    const log = previewLog((line) => lines.push(line));
    for (const line of ["Diagnostics:", "    error: no space", "    left"]) log.line(line);
    log.end();
    assert.deepEqual(lines, ["Diagnostics:", "    error: no space", "      left"]);
  });
});
