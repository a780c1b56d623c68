import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endKilledBackups, lockForBackup, noted } from "../../../../pve-node/lxc/backupNote";
import { readCt } from "../../../../pve-node/lxc/configStore";
import type { LxcHost } from "../../../../pve-node/lxc/lxcHost";
import { withoutLostFound } from "../../../../pve-node/lxc/volumes";
import { planCreate } from "../../../../pve-node/lxc/plan";
import { nodePaths } from "../../../../pve-node/paths";

describe("a backup of a CT", () => {
  let root: string;
  let host: LxcHost;
  let note: { draft: string; parts: string; startAgain: boolean };
  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), "backup-"));
    host = { node: "pve1", paths: nodePaths("pve1", root), pct: "/bin/false" };
    await fs.mkdir(host.paths.lxcDir, { recursive: true });
    for (const vmid of [7010, 7011])
      await fs.writeFile(join(host.paths.lxcDir, `${vmid}.conf`), "hostname: web\n");
    note = { draft: join(root, "a.dat"), parts: join(root, "parts"), startAgain: false };
    await fs.writeFile(note.draft, "half");
    await fs.mkdir(note.parts);
  });
  afterEach(() => fs.rm(root, { recursive: true, force: true }));

  const lockOf = async (vmid: number) => (await readCt(host, vmid)).config.options.lock;

  it("leaves neither half an archive nor a note, also when it fails", async () => {
    const failing = noted(host, 7010, note, () => Promise.reject(new Error("disk full")));
    await assert.rejects(failing, /disk full/);
    assert.deepEqual([existsSync(note.draft), existsSync(note.parts)], [false, false]);
    assert.deepEqual(await endKilledBackups(host), []);
  });

  it("is not made twice at once, and its CT is locked for everybody else", async () => {
    await noted(host, 7010, note, async () => {
      await lockForBackup(host, 7010);
      const second = noted(host, 7010, note, () => Promise.resolve());
      await assert.rejects(second, /is being backed up already/);
      await assert.rejects(lockForBackup(host, 7010), /CT is locked \(backup\)/);
      assert.deepEqual(await endKilledBackups(host), [], "it is at work");
    });
  });

  it("that was killed is undone, and a lock that somebody set stays", async () => {
    for (const vmid of [7010, 7011]) await lockForBackup(host, vmid);
    const folder = host.paths.at("/var/lib/lxc/7010");
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(join(folder, "backup.json"), JSON.stringify(note));
    assert.deepEqual(await endKilledBackups(host), [7010]);
    assert.deepEqual([await lockOf(7010), await lockOf(7011)], [undefined, "backup"]);
    assert.deepEqual([existsSync(note.draft), existsSync(note.parts)], [false, false]);
    assert.deepEqual(await endKilledBackups(host), [], "once");
  });
});

describe("volumes of a CT", () => {
  it("have a lost+found of their own, which no archive brings or takes", () => {
    const options = { rootfs: "local:1/a.raw", mp0: "local:1/b.raw,mp=data", mp1: "/srv,mp=/s" };
    assert.deepEqual(withoutLostFound(options), [
      "--exclude=./lost+found",
      "--exclude=./data/lost+found",
      "--exclude=./s/lost+found",
    ]);
  });

  it("that are folders of the node are spelt one way, however they were given", () => {
    const mp0 = "mp=/mnt/local,volume=/mnt/bind";
    const params = { vmid: 7010, ostemplate: "t", rootfs: "local:1", mp0 };
    assert.equal(planCreate(params).config.options.mp0, "/mnt/bind,mp=/mnt/local");
  });
});
