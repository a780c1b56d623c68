import assert from "node:assert/strict";
import { soakClone } from "../support/soak";

describe("two ups at once", function () {
  it("one does the work, the other says that it is at work", async function () {
    const both = await Promise.all([
      soakClone().run(["up", "--yes"]),
      soakClone().run(["up", "--yes"]),
    ]);
    const codes = both.map(({ code }) => code).sort();
    assert.deepEqual(codes, [0, 1], JSON.stringify(both));
    const refused = both.find(({ code }) => code === 1)!;
    assert.match(refused.stderr, /\.\/lab up is at work \(pid \d+/);
  });
});
