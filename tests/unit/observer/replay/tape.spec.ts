import assert from "node:assert/strict";
import { headline } from "../../../../observer/live/words";
import { overview } from "../../../../observer/replay/moments";
import { readRecording } from "../../../../observer/replay/recording";
import { Tape } from "../../../../observer/replay/tape";
import { timeText } from "../../../../observer/replay/timeText";
import { momentButtons, track } from "../../../../observer/replay/track";
import { failover, request, startedAt, targets, written } from "./recordings";

const recording = readRecording(written(failover()));

describe("a tape", () => {
  it("shows each moment as it was, in whatever order it is asked", () => {
    const title = (tape: Tape, at: number) => headline(tape.seek(startedAt + at)).title;
    const tape = new Tape(recording);
    const moments: [number, string][] = [
      [2000, "All 3 targets are healthy"],
      [3600, "app2 is broken, but healthy to its checks"],
      [5000, "app2 is DOWN"],
      [9000, "All 3 targets are healthy"],
    ];
    for (const [at, what] of [...moments, ...moments.toReversed()]) {
      assert.equal(title(tape, at), what, String(at));
      assert.deepEqual(
        tape.seek(startedAt + at),
        new Tape(recording).seek(startedAt + at),
        `${at}: the way there makes a difference`,
      );
    }
  });

  it("gives each target its part of the dots, however many take turns", () => {
    const two = targets.slice(1);
    const events = Array.from({ length: 400 }, (_, i) => request(i, two[i % 2]));
    const found = new Tape({ ...recording, events }).requests(startedAt, startedAt + 400, 4);
    const counts = two.map((name) => found.filter(({ target }) => target === name).length);
    assert.deepEqual(counts, [50, 50]);
  });

  it("begins with the first look: before it nothing is known", () => {
    const events = [
      request(10, "app1"),
      ...failover().map((one) => ({ ...one, at: one.at + 100 })),
    ];
    const tape = new Tape({ ...recording, events });
    assert.equal(tape.fromAt, startedAt + 100);
    assert.equal(headline(tape.seek(tape.fromAt)).level, "good");
    assert.equal(tape.seek(tape.fromAt).totals.sent, 1);
  });

  it("is as long as what it holds", () => {
    const { fromAt, toAt } = new Tape(recording);
    assert.deepEqual([fromAt - startedAt, toAt - startedAt], [0, 10_000]);
    const empty = new Tape({ ...recording, events: [] });
    assert.ok(empty.toAt > empty.fromAt);
  });

  it("gives requests between two moments: a part of them, and every lost one", () => {
    const tape = new Tape(recording);
    const between = (every: number) => tape.requests(startedAt + 3000, startedAt + 4000, every);
    assert.equal(between(1).length, 20);
    assert.ok(between(1).every(({ at }) => at > startedAt + 3000 && at <= startedAt + 4000));
    const few = between(1000);
    assert.deepEqual(
      few.map(({ ok, at }) => [ok, at - startedAt]),
      [[false, 3500]],
    );
    assert.deepEqual(tape.requests(startedAt + 10_000, startedAt + 20_000, 1), []);
  });
});

describe("what happened in a recording", () => {
  it("is a list of moments to jump to", () => {
    const { moments, stretches, lostAt } = overview(recording);
    assert.deepEqual(
      moments.map(({ at, what, level }) => [at - startedAt, what, level]),
      [
        [3000, "fault kill on app2", "bad"],
        [3500, "1 request lost", "bad"],
        [4000, "app2 is DOWN", "bad"],
        [8000, "app2 is back", "good"],
      ],
    );
    assert.deepEqual(
      stretches.map(({ kind, fromAt, toAt }) => [kind, fromAt - startedAt, toAt - startedAt]),
      [
        ["faulty", 3000, 8000],
        ["out", 4000, 8000],
      ],
    );
    assert.deepEqual(lostAt, [startedAt + 3500]);
  });

  it("counts losses that follow one another as one moment", () => {
    const events = [0, 500, 1000, 9000].map((at) => request(at));
    const { moments } = overview({ ...recording, events });
    assert.deepEqual(
      moments.map(({ at, what }) => [at - startedAt, what]),
      [
        [0, "3 requests lost"],
        [9000, "1 request lost"],
      ],
    );
  });

  it("is drawn over the slider, and nothing of it beside", () => {
    const all = overview(recording);
    const picture = track(all, startedAt, startedAt + 10_000).text;
    assert.match(picture, /class="out" x="400" y="3" width="400"/);
    assert.match(picture, /M350 0V20/);
    assert.doesNotMatch(picture, /NaN|undefined/);
    const buttons = momentButtons([{ at: startedAt, level: "bad", what: "<b>" }], startedAt).text;
    assert.match(buttons, /<b>0:00\.0<\/b> &lt;b&gt;/);
    assert.equal(targets.length, 3);
  });
});

describe("time into a recording", () => {
  it("has tenths, minutes and, where there are any, hours", () => {
    const all = [-5, 0, 7340, 59_990, 725_000, 3_723_400].map(timeText);
    assert.deepEqual(all, ["0:00.0", "0:00.0", "0:07.3", "1:00.0", "12:05.0", "1:02:03.4"]);
  });
});
