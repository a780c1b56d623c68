import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLabLock } from "../../../system/labLock";
import { processId } from "../../../system/processes";
import type { LabPaths } from "../../../system/labPaths";

describe("withLabLock", () => {
  let state: string;
  let paths: LabPaths;

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "homelab-lock-"));
    paths = { state } as LabPaths;
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  it("refuses a second command while one is at work, and leaves its lock alone", async () => {
    await withLabLock(paths, "up", async () => {
      await assert.rejects(
        withLabLock(paths, "down", () => Promise.resolve()),
        new RegExp(`\\./lab up is at work \\(pid ${process.pid}, since`),
      );
      assert.ok(existsSync(join(state, "lock")));
    });
    assert.deepEqual(readdirSync(state), []);
  });

  it("gives the lock back when the work fails", async () => {
    const failing = withLabLock(paths, "up", () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /^Error: no$/);
    assert.deepEqual(readdirSync(state), []);
  });

  it("takes over the lock of a killed command, also when its pid is used again", async () => {
    // This process's own pid with another start time: what a reused pid looks like.
    const holder = { pid: process.pid, startTime: "1", command: "up", since: "earlier" };
    writeFileSync(join(state, "lock"), JSON.stringify(holder));
    assert.equal(await withLabLock(paths, "up", () => Promise.resolve("done")), "done");
  });

  it("leaves the lock of a command that came when its own was gone", async () => {
    const other = { ...processId(process.ppid), command: "up", since: "now" };
    await withLabLock(paths, "reset", () => {
      writeFileSync(join(state, "lock"), JSON.stringify(other));
      return Promise.resolve();
    });
    assert.ok(existsSync(join(state, "lock")));
  });

  it("takes over a lock that was cut off while it was written", async () => {
    writeFileSync(join(state, "lock"), "{");
    assert.equal(await withLabLock(paths, "up", () => Promise.resolve("done")), "done");
  });
});
