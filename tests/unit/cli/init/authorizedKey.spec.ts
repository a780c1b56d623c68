import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addKeyScript, removeKeyScript } from "../../../../cli/init/authorizedKey";

const line = "ssh-ed25519 AAAAC3Nz homelab-home";

describe("the stack's key in authorized_keys", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "keys-"));
    file = join(folder, ".ssh", "authorized_keys");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (script: string) =>
    execFileSync("bash", ["-c", script.replaceAll("/root/.ssh", join(folder, ".ssh"))]);

  it("comes once and goes, and everything else stays as it was", () => {
    for (const before of ["", "ssh-rsa BBBB me\n", "# mine\nssh-rsa BBBB me\n"]) {
      mkdirSync(join(folder, ".ssh"), { recursive: true });
      writeFileSync(file, before);
      run(addKeyScript(line));
      run(addKeyScript(line));
      assert.equal(readFileSync(file, "utf8"), `${before}${line}\n`);
      run(removeKeyScript(line));
      assert.equal(existsSync(file) ? readFileSync(file, "utf8") : "", before);
    }
  });

  it("begins a line of its own behind one without an end", () => {
    mkdirSync(join(folder, ".ssh"));
    writeFileSync(file, "ssh-rsa BBBB me");
    run(addKeyScript(line));
    assert.equal(readFileSync(file, "utf8"), `ssh-rsa BBBB me\n${line}\n`);
  });

  it("is written through a link, as Proxmox has one there", () => {
    mkdirSync(join(folder, ".ssh"));
    writeFileSync(join(folder, "shared"), "ssh-rsa BBBB me\n");
    symlinkSync(join(folder, "shared"), file);
    run(addKeyScript(line));
    run(removeKeyScript(line));
    assert.ok(lstatSync(file).isSymbolicLink());
    assert.equal(readFileSync(join(folder, "shared"), "utf8"), "ssh-rsa BBBB me\n");
  });

  it("makes folder and file where there are none, and takes out what is not there", () => {
    run(removeKeyScript(line));
    assert.ok(!existsSync(file));
    run(addKeyScript(line));
    assert.equal(readFileSync(file, "utf8"), `${line}\n`);
  });
});
