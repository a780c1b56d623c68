import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  healScript,
  injectScript,
  listScript,
  parseActive,
} from "../../../../cli/faults/faultScripts";
import { waitUntil } from "../../../support/waitUntil";

/** The scripts run for real, in a folder of their own; what breaks is a file there. */
describe("scripts of faults, run", () => {
  let folder: string;
  const spec = { kind: "drop" } as const;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "homelab-fault-scripts-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Where systemd runs, the node would schedule with it; here a sleep does. */
  const here = (script: string) =>
    script
      .replaceAll("/run/homelab-faults", join(folder, "faults"))
      .replaceAll("/run/systemd/system", join(folder, "none"));
  const run = (script: string) => spawnSync("bash", ["-c", here(script)], { encoding: "utf8" });
  const broken = () => existsSync(join(folder, "broken"));
  const fault = () => ({
    inject: `touch ${join(folder, "broken")}`,
    undo: `rm -f ${join(folder, "broken")}`,
    expect: "",
  });
  const inject = (seconds?: number, token = "t") =>
    run(injectScript({ vmid: 112, spec, fault: fault(), seconds, token }));
  const active = () => parseActive(run(listScript()).stdout);

  it("break, list and repair, and repair again without harm", () => {
    const { status, stdout } = inject();
    assert.equal(status, 0);
    assert.match(stdout, /^\d+\.\d+\n\d+\.\d+\n$/);
    assert.equal(broken(), true);
    assert.deepEqual(
      active().map(({ vmid, spec: { kind } }) => [vmid, kind]),
      [[112, "drop"]],
    );
    for (let i = 0; i < 2; i++) assert.equal(run(healScript(112, "drop", fault())).status, 0);
    assert.equal(broken(), false);
    assert.deepEqual(active(), []);
  });

  it("repair by themselves after a while", async () => {
    inject(1);
    assert.equal(broken(), true);
    await waitUntil("repaired", 5, () =>
      Promise.resolve({ value: !broken() || undefined, seen: "broken" }),
    );
    await waitUntil("no longer listed", 2, () =>
      Promise.resolve({ value: active().length === 0 || undefined, seen: "listed" }),
    );
  });

  it("repair what they broke when the damage is only half done", () => {
    const half = { ...fault(), inject: `${fault().inject}; false` };
    const { status } = run(injectScript({ vmid: 112, spec, fault: half, token: "t" }));
    assert.equal(status, 1);
    assert.equal(broken(), false);
    assert.deepEqual(active(), []);
  });

  it("wait with a repair for damage that is under way", () => {
    const started = join(folder, "started");
    const slow = { ...fault(), inject: `touch ${started}; sleep 0.5; ${fault().inject}` };
    const breaking = injectScript({ vmid: 112, spec, fault: slow, token: "t" });
    const healing = healScript(112, "drop", fault());
    writeFileSync(join(folder, "breaking"), here(breaking));
    const both = `bash ${join(folder, "breaking")} & until [ -e ${started} ]; do sleep 0.01; done; (${healing}); wait`;
    assert.equal(run(both).status, 0);
    assert.equal(broken(), false);
  });
});
