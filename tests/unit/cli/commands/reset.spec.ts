import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachesWarning, removeState } from "../../../../cli/commands/reset";
import { withLabLock } from "../../../../system/labLock";
import type { LabPaths } from "../../../../system/labPaths";

describe("lab reset", () => {
  it("removes the state while it holds its lock, and what a killed one left", async () => {
    const root = mkdtempSync(join(tmpdir(), "homelab-reset-"));
    try {
      const paths = { root, state: join(root, ".lab") } as LabPaths;
      mkdirSync(join(root, ".lab.removed-1"));
      await withLabLock(paths, "reset", async () => {
        removeState(paths);
        assert.deepEqual(readdirSync(root), []);
        // An up that begins now has a state and a lock of its own, which the end of this one leaves alone.
        await withLabLock(paths, "up", () => Promise.resolve());
      });
      assert.ok(!existsSync(join(root, ".lab", "lock")));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("says who else uses the caches that it removes", () => {
    const paths = { cache: "/c" } as LabPaths;
    assert.equal(cachesWarning(paths, []), "And the caches in /c?");
    const other = { paths: { root: "/b" } as LabPaths, checkoutExists: true };
    assert.equal(
      cachesWarning(paths, [other]),
      "And the caches in /c, which the labs in /b use as well?",
    );
  });
});
