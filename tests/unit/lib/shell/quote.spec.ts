import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { script, shellQuote, writeFileCommand } from "../../../../lib/shell/quote";

describe("shell text", () => {
  it("passes any word through a shell unchanged", () => {
    for (const word of ["plain", "", "two words", "it's", '"$HOME" `id`', "a\nb", "*"]) {
      const said = execFileSync("bash", ["-c", `printf '%s' ${shellQuote(word)}`], {
        encoding: "utf8",
      });
      assert.equal(said, word);
    }
  });

  it("writes a file with its permissions", () => {
    const folder = mkdtempSync(join(tmpdir(), "quote-"));
    try {
      const path = join(folder, "deep", "file");
      const text = "100% 'of' $it\n\\n\n";
      execFileSync("bash", ["-c", script(writeFileCommand({ path, text, mode: "0600" }))]);
      assert.equal(readFileSync(path, "utf8"), text);
      assert.equal(statSync(path).mode & 0o777, 0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
