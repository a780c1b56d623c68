import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { cloneAt, freshClone } from "../../support/labClone";

describe("a clone for tests", () => {
  it("refuses to empty the checkout that the tests run from", async () => {
    const source = resolve(__dirname, "..", "..", "..");
    const asked: string[] = [];
    // Without its lab's commands: if the refusal were missing, nothing would be reset by this test.
    const clone = {
      ...cloneAt(source),
      run: (args: string[]) => {
        asked.push(...args);
        return Promise.reject(new Error("reached"));
      },
    };
    await assert.rejects(freshClone(clone), /must not be the checkout the tests run from/);
    assert.deepEqual(asked, []);
    assert.ok(existsSync(join(source, "lab")));
  });
});
