import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setAsideLost } from "../../../../cli/stack/lostNode";
import { checkpointFile } from "../../../../cli/stack/outputs";
import type { LabPaths } from "../../../../system/labPaths";

describe("a lab whose node was removed behind its back", () => {
  let root: string;
  let paths: LabPaths;
  const warnings: string[] = [];
  const progress = {
    step: () => Promise.reject(new Error("no work is due")),
    info: () => undefined,
    warn: (text: string) => void warnings.push(text),
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "homelab-lost-"));
    paths = { root, id: "lab-0f0f0f", state: join(root, ".lab"), cache: join(root, "cache") };
    warnings.length = 0;
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function remember(names: string[]): void {
    const resources = names.map((name) => ({
      urn: `urn:pulumi:dev::homelab::proxmoxve:index/containerLegacy:ContainerLegacy::${name}-ct`,
      type: "proxmoxve:index/containerLegacy:ContainerLegacy",
      inputs: { vmId: 110 },
    }));
    mkdirSync(dirname(checkpointFile(paths)), { recursive: true });
    const text = JSON.stringify({ checkpoint: { latest: { resources } } });
    writeFileSync(checkpointFile(paths), text);
  }
  const gone = (name: string) => Promise.resolve(name !== "lab-0f0f0f-pve1");
  const there = (name: string) => Promise.resolve(name === "lab-0f0f0f-pve1");

  it("is told what is lost; the state is kept, and out of Pulumi's way", async () => {
    remember(["lb", "app1", "db"]);
    const other = join(dirname(checkpointFile(paths)), "homelab.json");
    for (const file of [other, `${checkpointFile(paths)}.bak`]) writeFileSync(file, "{}");
    const kept = await setAsideLost({ paths, progress }, gone);
    assert.deepEqual(readdirSync(kept!).sort(), ["dev.json", "dev.json.bak"]);
    assert.deepEqual(readdirSync(dirname(other)), ["homelab.json"]); // a real node's
    assert.match(
      warnings.join("\n"),
      /^embedded node: its Docker volume lab-0f0f0f-pve1 is gone, and with it lb, app1, db and the database's data/,
    );
    assert.equal(await setAsideLost({ paths, progress }, gone), undefined);
  });

  it("is left alone where the volume is there, and where nothing was made yet", async () => {
    assert.equal(await setAsideLost({ paths, progress }, gone), undefined);
    remember([]);
    assert.equal(await setAsideLost({ paths, progress }, gone), undefined);
    remember(["lb"]);
    assert.equal(await setAsideLost({ paths, progress }, there), undefined);
    assert.ok(existsSync(checkpointFile(paths)));
    assert.deepEqual(warnings, []);
  });
});
