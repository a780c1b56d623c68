import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listSnapshots, snapshotCommand } from "../../../../cli/pve/snapshots";
import type { CommandContext } from "../../../../cli/core/command";
import { writeState } from "../../../../pve-node/box/boxState";
import { assertWhole } from "../../../../pve-node/box/snapshots";
import type { LabPaths } from "../../../../system/labPaths";

describe("snapshots of the embedded node", () => {
  let paths: LabPaths;
  let printed: string[];
  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), "homelab-snapshots-"));
    paths = { root, id: "lab-000000", state: join(root, ".lab"), cache: join(root, "cache") };
    printed = [];
  });
  afterEach(() => rmSync(paths.root, { recursive: true, force: true }));

  const run = (json: boolean, ...words: string[]) => {
    const context = { paths, json, yes: true, print: (line: string) => printed.push(line) };
    return snapshotCommand(context as unknown as CommandContext, words);
  };
  const make = (name: string, record?: string) => {
    const folder = join(paths.state, "snapshots", name);
    mkdirSync(folder, { recursive: true });
    if (record)
      writeFileSync(join(folder, "snapshot.json"), JSON.stringify({ name, made: record }));
  };

  it("are those that were made to the end, the oldest first", async () => {
    make("later", "2026-02-01T00:00:00.000Z");
    make("cut-off");
    make("earlier", "2026-01-01T00:00:00.000Z");
    make("going.removed", "2025-01-01T00:00:00.000Z");
    assert.deepEqual(
      listSnapshots(paths).map(({ name }) => name),
      ["earlier", "later"],
    );
    await run(true, "list");
    const { snapshots } = JSON.parse(printed[0]!) as { snapshots: { name: string }[] };
    assert.deepEqual(
      snapshots.map(({ name }) => name),
      ["earlier", "later"],
    );
  });

  it("say how to make one where there is none", async () => {
    assert.equal(await run(false, "list"), 0);
    assert.match(printed[0]!, /snapshot save NAME/);
    await assert.rejects(run(false, "restore", "clean"), /none yet; make it with .*save clean/);
  });

  const wrong: Record<string, [string[], RegExp]> = {
    "no word": [[], /is missing; choose save, restore, list or remove/],
    "an unknown word": [["sav", "x"], /unknown word "sav"; did you mean save/],
    "no name": [["save"], /needs a name/],
    "a name with capitals": [["save", "Clean"], /choose another name/],
    "a path as a name": [["save", "../x"], /choose another name/],
    "a name of 32 characters": [["save", "a".repeat(32)], /choose another name/],
    "a word too many": [["save", "a", "b"], /takes no more words/],
    "a list of one": [["list", "a"], /takes no more words/],
    "another one's name": [["remove", "claen"], /did you mean clean/],
  };
  for (const [what, [words, message]] of Object.entries(wrong))
    it(`refuse ${what}`, async () => {
      make("clean", "2026-01-01T00:00:00.000Z");
      await assert.rejects(run(false, ...words), message);
    });

  it("keep a node from starting whose data is half of one", async () => {
    await assertWhole(paths);
    await writeState(paths, { restoring: "clean" });
    await assert.rejects(assertWhole(paths), /cut off.*restore clean again/);
  });
});
