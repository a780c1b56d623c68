import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labClone } from "../support/labClone";

describe("the policy pack", function () {
  it("stops a program that gives an app node a LAN interface", async function () {
    this.timeout("3m");
    const file = join(labClone().root, "components", "ct.ts");
    const original = readFileSync(file, "utf8");
    const seeded = original.replace(": site.network.privateBridge,", ': "vmbr0",');
    assert.notEqual(seeded, original, "the seed no longer fits components/ct.ts");
    writeFileSync(file, seeded);
    try {
      const preview = await labClone().run(["preview"], { timeoutSeconds: 170 });
      assert.notEqual(preview.code, 0);
      assert.match(preview.stdout + preview.stderr, /ct-private-subnet-only/);
      assert.match(preview.stdout + preview.stderr, /app1/);
    } finally {
      writeFileSync(file, original);
    }
  });
});
