import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  fileDigests,
  normaliseModes,
  sweepContexts,
  withContext,
} from "../../../../pve-node/box/buildContext";

describe("build context", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "homelab-context-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const modeOf = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);

  it("has the modes of an image, whatever umask its files were made with", async () => {
    mkdirSync(join(folder, "rootfs", "usr", "bin"), { recursive: true });
    writeFileSync(join(folder, "rootfs", "usr", "bin", "pct"), "#!/bin/sh\n");
    writeFileSync(join(folder, "rootfs", "conf"), "x");
    const made = async (group: number) => {
      for (const path of ["rootfs", "rootfs/usr", "rootfs/usr/bin", "rootfs/usr/bin/pct"])
        chmodSync(join(folder, path), 0o700 | group);
      chmodSync(join(folder, "rootfs", "conf"), 0o600 | (group & 0o66));
      await normaliseModes(folder);
      return fileDigests(folder);
    };
    const hardened = await made(0);
    const modes = ["", "rootfs", "rootfs/usr", "rootfs/usr/bin", "rootfs/usr/bin/pct"].map(modeOf);
    assert.deepEqual(modes, ["755", "755", "755", "755", "755"]);
    assert.equal(modeOf("rootfs/conf"), "644");
    assert.deepEqual(await made(0o77), hardened);
  });

  it("tells files of other modes apart: an image that others cannot read has another name", async () => {
    writeFileSync(join(folder, "a"), "x");
    chmodSync(join(folder, "a"), 0o600);
    const closed = await fileDigests(folder);
    chmodSync(join(folder, "a"), 0o644);
    assert.notDeepEqual(await fileDigests(folder), closed);
  });

  it("of a process that was killed is removed, one that is being filled stays", async () => {
    const { pid } = spawnSync("true");
    const [killed, filled, old] = [`context-${pid}-a`, `context-${process.pid}-b`, "context-old"];
    for (const name of [killed, filled, old]) mkdirSync(join(folder, name));
    const lastWeek = Date.now() / 1000 - 7 * 86_400;
    utimesSync(join(folder, old), lastWeek, lastWeek);
    mkdirSync(join(folder, "context-new"));
    await sweepContexts(folder);
    const left = [killed, filled, old, "context-new"].filter((n) => existsSync(join(folder, n)));
    assert.deepEqual(left, [filled, "context-new"]);
  });

  it("is removed after use, and abandoned ones before it", async () => {
    const paths = { root: "/r", id: "lab-000000", state: "/r/.lab", cache: folder };
    const abandoned = join(folder, "image", `context-${spawnSync("true").pid}-a`);
    mkdirSync(abandoned, { recursive: true });
    const used = await withContext(paths, (context) => {
      assert.equal(existsSync(abandoned), false);
      return Promise.resolve(context);
    });
    assert.equal(existsSync(used), false);
  });
});
