import assert from "node:assert/strict";
import type { LabClone } from "../support/labClone";

/** Two commands that change one lab at the same moment. */
export function twoUps(clone: LabClone): void {
  describe("two ups at once", function () {
    it("one does the work, the other says that it is at work", async function () {
      this.timeout("10m");
      const both = await Promise.all([
        clone.run(["up", "--yes"], { timeoutSeconds: 500 }),
        clone.run(["up", "--yes"], { timeoutSeconds: 500 }),
      ]);
      const codes = both.map(({ code }) => code).sort();
      assert.deepEqual(codes, [0, 1], JSON.stringify(both));
      const refused = both.find(({ code }) => code === 1)!;
      assert.match(refused.stderr, /\.\/lab up is at work \(pid \d+/);
    });
  });
}
