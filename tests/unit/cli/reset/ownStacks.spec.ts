import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ownStacks, refuseToLoseStacks } from "../../../../cli/reset/ownStacks";
import type { LabPaths } from "../../../../system/labPaths";

describe("a reset beside stacks for a real Proxmox VE", () => {
  let root: string;
  let paths: LabPaths;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "reset-"));
    paths = { root, id: "lab-000000", state: join(root, ".lab"), cache: join(root, "cache") };
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (file: string, content: object) => {
    const path = join(paths.state, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content));
  };
  const checkpoint = (...types: string[]) => ({
    checkpoint: { latest: { resources: types.map((type) => ({ type })) } },
  });

  it("is refused while one was made by init, or has resources, by their names", () => {
    write("stacks/home/init.json", {});
    write("pulumi/.pulumi/stacks/homelab/lab2.json", checkpoint("pulumi:pulumi:Stack", "a:b:C"));
    write("pulumi/.pulumi/stacks/homelab/dev.json", checkpoint("a:b:C"));
    write("pulumi/.pulumi/stacks/homelab/empty.json", checkpoint("pulumi:pulumi:Stack"));
    assert.deepEqual(ownStacks(paths), ["home", "lab2"]);
    assert.throws(() => refuseToLoseStacks(paths), {
      message:
        'reset: .lab holds the state or the keys of stack "home", stack "lab2", and nothing was removed; ' +
        "remove what they made first: ./lab down --stack home && ./lab init home --undo; " +
        "./lab down --stack lab2 && ./lab init lab2 --undo",
    });
  });

  it("goes on where there are none", () => {
    assert.deepEqual(ownStacks(paths), []);
    write("pulumi/.pulumi/stacks/homelab/dev.json", checkpoint("a:b:C"));
    write("stacks/old/known_hosts", {});
    assert.doesNotThrow(() => refuseToLoseStacks(paths));
  });
});
