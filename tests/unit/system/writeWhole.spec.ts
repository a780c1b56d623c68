import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../../system/writeWhole";

describe("a file that is written whole", () => {
  let folder: string;
  let umask: number;
  before(() => (umask = process.umask(0o077)));
  after(() => void process.umask(umask));
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "homelab-whole-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("has its text and mode, whatever the umask and what was there before", () => {
    const file = join(folder, "x");
    writeFileSync(file, "old");
    writeFileSync(`${file}.${process.pid}.new`, "of a killed command", { mode: 0o666 });
    for (const mode of [0o600, 0o644]) {
      writeWhole(file, `${mode}`, mode);
      assert.equal(readFileSync(file, "utf8"), `${mode}`);
      assert.equal(statSync(file).mode & 0o777, mode);
    }
    assert.deepEqual(readdirSync(folder), ["x"]);
  });
});
