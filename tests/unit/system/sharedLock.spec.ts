import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withSharedLock } from "../../../system/sharedLock";

describe("lock of the toolchain", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "t-toolchain-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const noWait = () => assert.fail("waited for nobody");

  it("is given back after the work, and after an error", async () => {
    const file = join(folder, "deep", "lock");
    assert.equal(await withSharedLock(file, noWait, () => Promise.resolve(1)), 1);
    await assert.rejects(
      withSharedLock(file, noWait, () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(existsSync(file), false);
  });

  it("makes the second wait for the first", async () => {
    const file = join(folder, "lock");
    const order: string[] = [];
    let waited: number | undefined;
    let release = () => {};
    const first = withSharedLock(file, noWait, async () => {
      await new Promise<void>((resolve) => (release = resolve));
      order.push("first");
    });
    const second = withSharedLock(
      file,
      (pid) => {
        waited = pid;
        release();
      },
      () => Promise.resolve(order.push("second")),
    );
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
    assert.equal(waited, process.pid);
  });

  it("is taken over from a process that is gone", async () => {
    const file = join(folder, "lock");
    writeFileSync(file, `${process.pid} 1`); // our pid, another start time: the pid was used again
    assert.equal(await withSharedLock(file, noWait, () => Promise.resolve("done")), "done");
  });
});
