import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openEventLog, removeEventLogs } from "../../../../cli/stack/eventLog";
import type { LabPaths } from "../../../../system/labPaths";

describe("the event log", () => {
  const paths = { id: "lab-0a1b2c" } as LabPaths;
  let place: string;
  beforeEach(() => (place = mkdtempSync(join(tmpdir(), "homelab-events-"))));
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  it("has a folder that nobody can know beforehand, and nobody else can read", () => {
    const first = openEventLog(paths, place);
    const folder = dirname(first.file);
    assert.match(folder, /\/lab-0a1b2c-events-\w{6}$/);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(first.file).mode & 0o777, 0o600);
    first.remove();
    assert.notEqual(dirname(openEventLog(paths, place).file), folder);
  });

  it("removes what a killed run of the same lab left, under a name of an earlier version too", () => {
    for (const name of [
      "lab-0a1b2c-events",
      "lab-0a1b2c-events-abc123",
      "lab-ffffff-events-abc123",
    ]) {
      mkdirSync(join(place, name));
    }
    removeEventLogs(paths, place);
    assert.deepEqual(readdirSync(place), ["lab-ffffff-events-abc123"]);
  });

  it("is read as it grows", () => {
    const log = openEventLog(paths, place);
    writeFileSync(log.file, `${JSON.stringify({ errorEvent: { error: "no space" } })}\n{"half`);
    assert.deepEqual(log.read().errors, [{ text: "no space" }]);
    log.remove();
    assert.ok(!existsSync(dirname(log.file)));
  });
});
