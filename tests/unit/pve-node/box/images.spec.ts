import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normaliseModes } from "../../../../pve-node/box/images";

describe("a build context", () => {
  it("has the same permissions whatever the umask was", async () => {
    const folder = mkdtempSync(join(tmpdir(), "context-"));
    try {
      mkdirSync(join(folder, "etc", "deep"), { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, "etc", "deep", "text"), "", { mode: 0o600 });
      writeFileSync(join(folder, "entrypoint"), "", { mode: 0o700 });
      chmodSync(folder, 0o700);
      await normaliseModes(folder);
      const modes = ["", "etc", "etc/deep", "etc/deep/text", "entrypoint"].map((path) =>
        (statSync(join(folder, path)).mode & 0o777).toString(8),
      );
      assert.deepEqual(modes, ["755", "755", "755", "644", "755"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
