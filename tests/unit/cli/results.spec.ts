import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  newestResults,
  recordingOf,
  type ResultPlace,
  savedResults,
  saveRecording,
  saveResult,
} from "../../../cli/experiments/results";
import type { ExperimentResult } from "../../../observer/experiment";
import { readRecording } from "../../../observer/replay/recording";
import { failover, header } from "../observer/replay/recordings";

const result = (startedAt: string, experiment: string, profile = "tuned"): ExperimentResult => ({
  version: 1,
  experiment,
  profile,
  rate: 200,
  url: "http://lb/",
  startedAt,
  pass: true,
  expectations: [],
  targets: ["app1"],
});

describe("kept results of experiments", () => {
  let place: ResultPlace;
  beforeEach(() => {
    const state = mkdtempSync(join(tmpdir(), "homelab-results-"));
    place = { paths: { state }, stack: "dev" };
  });
  afterEach(() => rmSync(place.paths.state, { recursive: true }));

  it("are none before the first experiment", () => {
    assert.deepEqual(savedResults(place), []);
  });

  it("are read oldest first, and the newest of each kind is found", () => {
    const [first, second, third] = [
      result("2026-11-26T10:00:00.000Z", "failover"),
      result("2026-11-26T11:00:00.000Z", "failover", "plain"),
      result("2026-11-26T12:00:00.000Z", "failover"),
    ];
    for (const one of [third, first, second]) saveResult(place, one);
    assert.deepEqual(savedResults(place), [first, second, third]);
    assert.deepEqual(newestResults(savedResults(place)), [third, second]);
  });

  it("are at most 200, and no half of one is left", () => {
    for (let i = 100; i < 305; i++) saveResult(place, result(`2026-11-26T10:00:00.${i}Z`, "hang"));
    const files = readdirSync(join(place.paths.state, "experiments", "dev"));
    assert.equal(files.length, 200);
    assert.equal(files.sort()[0], "2026-11-26T10-00-00.105Z-hang-tuned.json");
  });

  it("have their recordings beside them: the newest 60, found by their results", () => {
    const results = Array.from({ length: 65 }, (_, i) =>
      result(`2026-11-26T10:00:00.${100 + i}Z`, "hang"),
    );
    for (const one of results) saveRecording(saveResult(place, one), header, failover());
    const found = results.map((one) => recordingOf(place, one));
    assert.deepEqual(
      found.map((file) => file !== undefined),
      results.map((_, i) => i >= 5),
    );
    assert.deepEqual(readRecording(readFileSync(found[64]!, "utf8")).header, header);
    assert.equal(savedResults(place).length, 65);
    assert.equal(recordingOf(place, result("2026-11-26T09:00:00.000Z", "hang")), undefined);
  });

  it("refuses what is no result, by name", () => {
    const file = saveResult(place, result("2026-11-26T10:00:00.000Z", "hang"));
    writeFileSync(file, "{");
    assert.throws(() => savedResults(place), {
      message: `${file}: is no result of an experiment; remove it`,
    });
    writeFileSync(file, '{"version":2}');
    assert.throws(() => savedResults(place), {
      message: `${file}: must be a result of version 1, got 2; remove it`,
    });
  });
});
