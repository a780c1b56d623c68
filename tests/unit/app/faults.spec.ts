import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultFiles } from "../../../app/faults";

describe("faults of the service", () => {
  let folder: string;
  let time: number;
  let faults: FaultFiles;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homelab-faults-"));
    time = 0;
    faults = new FaultFiles(folder, () => time);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const failed = (path: string, requests = 100) =>
    Array.from({ length: requests }, () => faults.next(path)).filter(({ fail }) => fail).length;

  it("are none without files", () => {
    assert.deepEqual(faults.next("/"), { fail: false, delayMs: 0 });
  });

  for (const percent of [1, 33, 50, 100]) {
    it(`fail exactly ${percent} of 100 requests, and no health check`, () => {
      put("fault-error", `${percent}\n`);
      assert.equal(failed("/"), percent);
      assert.deepEqual([failed("/healthz"), failed("/readyz")], [0, 0]);
    });
  }

  it("fail every second request in turn at 50 %", () => {
    put("fault-error", "50");
    const seen = Array.from({ length: 4 }, () => faults.next("/api").fail);
    assert.deepEqual(seen, [false, true, false, true]);
  });

  it("delay answers, and no health check", () => {
    put("fault-slow", "750");
    assert.deepEqual(faults.next("/"), { fail: false, delayMs: 750 });
    assert.equal(faults.next("/healthz").delayMs, 0);
  });

  it("include the health checks when told to", () => {
    put("fault-error", "100 checks");
    put("fault-slow", "20 checks");
    assert.deepEqual(faults.next("/healthz"), { fail: true, delayMs: 20 });
  });

  it("begin and end with their files, a tenth of a second later at most", () => {
    assert.equal(failed("/"), 0);
    put("fault-error", "100");
    time = 99;
    assert.equal(failed("/"), 0);
    time = 100;
    assert.equal(failed("/"), 100);
    rmSync(join(folder, "fault-error"));
    time = 200;
    assert.equal(failed("/"), 0);
  });

  for (const text of ["", "0", "101", "-1", "50%", "50 check", "nonsense"]) {
    it(`refuses ${JSON.stringify(text)} as a share: it is no fault`, () => {
      put("fault-error", text);
      assert.equal(failed("/"), 0);
    });
  }
});
