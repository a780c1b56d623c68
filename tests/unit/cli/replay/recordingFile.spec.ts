import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeReplay } from "../../../../cli/replay/pages";
import { growRecording, recordingText, writeRecording } from "../../../../cli/replay/recordingFile";
import { readRecording } from "../../../../observer/replay/recording";
import { failover, header, request } from "../../observer/replay/recordings";

describe("the file of a recording", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homelab-recording-"));
    file = join(folder, "one.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = () => readRecording(readFileSync(file, "utf8"));

  it("is written in one move, in the order of time", () => {
    writeRecording(file, header, failover().toReversed());
    assert.deepEqual(readdirSync(folder), ["one.jsonl"]);
    const times = read().events.map(({ at }) => at);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    assert.equal(times.length, failover().length);
  });

  it("is never larger than it may be, and whole whatever its size", () => {
    const events = failover();
    const all = recordingText(header, events);
    const text = recordingText(header, events, 3000);
    assert.ok(text.length <= 3000 && text.length > 2500, String(text.length));
    assert.ok(all.startsWith(text) && text.endsWith("\n"));
  });

  it("grows, and can be read however the program ends", () => {
    const growing = growRecording(file, header);
    assert.deepEqual(read(), { header, events: [] });
    for (const event of failover()) growing.take(event);
    growing.close();
    assert.equal(read().events.length, failover().length);
  });

  it("is full at its bound, says so, and takes no more", () => {
    const growing = growRecording(file, header, 100);
    for (let at = 0; at < 100; at++) growing.take(request(at, "app1"));
    assert.equal(growing.isFull(), true);
    growing.close();
    const { events } = read();
    assert.ok(events.length > 2 && events.length <= 100 / "[1,4,0]".length, String(events.length));
  });

  it("takes no other file's place", () => {
    writeFileSync(file, "mine");
    assert.throws(() => growRecording(file, header), {
      message: `--record: ${file} is there already; give the name of a new file`,
    });
    assert.equal(readFileSync(file, "utf8"), "mine");
  });

  it("becomes a page, in a folder that is made for it", async () => {
    const page = join(folder, "new", "one.html");
    writeRecording(file, header, failover());
    await writeReplay(file, page);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>/);
    assert.deepEqual(readdirSync(join(folder, "new")), ["one.html"]);
  });

  it("that is no recording becomes no page, and is named", async () => {
    const page = join(folder, "one.html");
    writeFileSync(file, "mine\n");
    await assert.rejects(writeReplay(file, page), {
      message: `${file}: line 1: is not the first line of a recording`,
    });
    assert.equal(existsSync(page), false);
  });
});
