import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runScript } from "../../../provider/ssh";

describe("SSH of dynamic providers", () => {
  it("has at most eight logins at a time", async function () {
    this.timeout(30_000);
    const folder = mkdtempSync(join(tmpdir(), "ssh-"));
    const path = process.env.PATH;
    // Each one says how many there are, itself included.
    const ssh = `#!/bin/bash\ncat > /dev/null\ntouch ${folder}/run.$$\nsleep 0.3\nls ${folder} | grep -c ^run >> ${folder}/seen\nrm ${folder}/run.$$\n`;
    writeFileSync(join(folder, "ssh"), ssh);
    chmodSync(join(folder, "ssh"), 0o755);
    process.env.PATH = `${folder}${delimiter}${path}`;
    try {
      const endpoint = { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" };
      const all = await Promise.all(
        Array.from({ length: 20 }, () => runScript(endpoint, "true", 20)),
      );
      assert.deepEqual(new Set(all.map(({ code }) => code)), new Set([0]));
      const seen = readFileSync(join(folder, "seen"), "utf8").trim().split("\n").map(Number);
      assert.equal(seen.length, 20);
      assert.ok(Math.max(...seen) <= 8, seen.join(" "));
      assert.ok(Math.max(...seen) > 1, seen.join(" "));
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  });
});
