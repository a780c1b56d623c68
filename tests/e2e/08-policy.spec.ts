import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declaredEdits } from "../policy/sourceEdits.declared";
import { labClone } from "../support/labClone";

/** One of the edits that the policy tests try without a lab; there it is seen when it no longer fits the sources. */
const seed = declaredEdits.find(({ policy }) => policy === "ct-private-subnet-only")!.edits[0]!;

describe("the policy pack", function () {
  it("stops a program that gives an app node a LAN interface", async function () {
    this.timeout("3m");
    const file = join(labClone().root, seed.file);
    const original = readFileSync(file, "utf8");
    const seeded = original.replace(seed.from, seed.to);
    assert.notEqual(seeded, original, `the seed no longer fits ${seed.file}`);
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
