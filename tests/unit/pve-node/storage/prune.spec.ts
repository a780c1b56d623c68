import assert from "node:assert/strict";
import type { StoredVolume } from "../../../../pve-node/storage/content";
import { markPrunable, pruneOptions } from "../../../../pve-node/storage/prune";

const day = 86_400;
const backup = (vmid: number, ctime: number, more: Partial<StoredVolume> = {}): StoredVolume => ({
  volid: `local:backup/vzdump-lxc-${vmid}-${ctime}.tar.zst`,
  ...{ content: "backup", format: "tar.zst", size: 1, ctime, vmid, ...more },
});
const marks = (volumes: StoredVolume[], options: string) =>
  markPrunable(volumes, pruneOptions(options)).map(({ mark }) => mark);

describe("which backups are pruned", () => {
  const three = [backup(101, day), backup(101, 2 * day), backup(101, 2 * day + 60)];

  it("keeps the newest, guest by guest", () => {
    assert.deepEqual(marks(three, "keep-last=1"), ["keep", "remove", "remove"]);
    assert.deepEqual(marks([...three, backup(102, 1)], "keep-last=1").at(-1), "keep");
  });

  it("keeps the newest of each day", () => {
    assert.deepEqual(marks(three, "keep-daily=2"), ["keep", "remove", "keep"]);
  });

  it("keeps all when nothing is asked for, and what is protected always", () => {
    assert.deepEqual(marks(three, "keep-all=1"), ["keep", "keep", "keep"]);
    const kept = [...three.slice(1), backup(101, 1, { protected: 1 })];
    assert.deepEqual(marks(kept, "keep-last=1"), ["keep", "remove", "protected"]);
  });
});
