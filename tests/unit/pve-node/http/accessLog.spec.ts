import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessLog } from "../../../../pve-node/http/accessLog";

describe("access log", () => {
  it("lets requests go on while it cannot be written, and goes on itself afterwards", () => {
    const root = mkdtempSync(join(tmpdir(), "access-log-"));
    try {
      const folder = join(root, "log");
      writeFileSync(folder, ""); // a file where the folder should be: nothing can be written
      const log = accessLog(join(folder, "access.log"));
      log("one");
      log("two");
      rmSync(folder);
      log("three");
      assert.equal(readFileSync(join(folder, "access.log"), "utf8"), "three\n");
      rmSync(folder, { recursive: true });
      log("four");
      log("five");
      assert.match(readFileSync(join(folder, "access.log"), "utf8"), /five\n$/);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
