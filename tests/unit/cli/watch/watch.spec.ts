import assert from "node:assert/strict";
import { ACTION_KEYS, meaningOf } from "../../../../cli/watch/keys";
import { PrintedLines } from "../../../../cli/watch/printed";
import { screen, type ScreenState, SMALLEST } from "../../../../cli/watch/screen";
import { type Line, rendered, wrapped } from "../../../../cli/watch/styled";
import type { TargetLook } from "../../../../observer/live/liveEvents";
import { LiveModel } from "../../../../observer/live/liveModel";
import { PAGE_ACTIONS } from "../../../../observer/view/actions";

const targets = ["app1", "app2", "app3"];
const from = Date.UTC(2026, 0, 1, 12);
const state: ScreenState = {
  ...{ stack: "dev", url: "http://10.0.0.1/", readonly: false, help: false, chosen: 1, said: "" },
};
const looks = (down?: string) =>
  targets.map((name): TargetLook => ({
    ...{ name, weight: 100, stateSeconds: 9, requests: 1, retried: 0, redispatched: 0, detail: "" },
    ...(name === down
      ? { state: "unhealthy", reason: "Target.Timeout", check: "L4TOUT" }
      : { state: "healthy", reason: null, check: "L7OK" }),
  }));

/** Two minutes of traffic at 20 a second, and app2 away since ten seconds. */
function model(down = true): LiveModel {
  const found = new LiveModel({ targets, startedAt: from });
  for (let at = 0, i = 0; at < 120_000; at += 50, i++) {
    const out = down && at >= 110_000;
    if (at % 250 === 0)
      found.take({ kind: "look", at: from + at, targets: looks(out ? "app2" : undefined) });
    const target = out ? ["app1", "app3"][i % 2] : targets[i % 3];
    const lost = out && at < 110_100;
    found.take({
      ...{ kind: "request", at: from + at, sentAt: from + at - 1234, method: "GET", ok: !lost },
      ...(lost ? { error: "socket hang up" } : { target }),
    });
  }
  return found;
}
const plain = (lines: readonly Line[]) => lines.map((line) => line.map(([text]) => text).join(""));
const at = from + 120_000;

describe("watch", () => {
  it("fits 80 columns and 24 lines: nothing is cut but the list of what happened", () => {
    const lines = plain(screen(model().snapshot(at), state, SMALLEST));
    assert.equal(lines.length, 24);
    for (const line of lines) assert.ok([...line].length <= 80, `${[...line].length}: ${line}`);
    assert.equal(lines[1], "✗ app2 is DOWN");
    assert.match(
      lines.slice(2, 5).join(" "),
      /app2 went DOWN, because no connection in time \(L4TOUT\), Target\.Timeout\. Out for 10 s\. 2 requests lost\./,
    );
    assert.match(lines.at(-1)!, /^app2: k kill .* q quit$/);
  });

  it("shows one sign a request, the newest on the right, and a lane for the last minute", () => {
    const lines = plain(screen(model().snapshot(at), state, SMALLEST));
    assert.match(
      lines.find((line) => line.startsWith("last"))!,
      /^last +[13]{20,}$/,
    );
    const lane = lines.find((line) => line.startsWith("app2     "))!;
    assert.match(lane, /^app2 +─{50,}█{9,13} 60s$/);
  });

  it("keeps its keys and its headline on lower and narrower terminals", () => {
    for (const size of [
      { width: 40, height: 12 },
      { width: 200, height: 60 },
    ]) {
      const lines = screen(model().snapshot(at), state, size);
      assert.equal(lines.length, size.height);
      for (const line of lines)
        assert.ok([...rendered(line, size.width, false)].length <= size.width);
      assert.match(plain(lines)[1]!, /app2 is DOWN/);
      assert.match(plain(lines).at(-1)!, /^app2: k kill/);
    }
  });

  it("lists each key with the command it runs, for the chosen target and the stack", () => {
    const lines = plain(
      screen(model().snapshot(at), { ...state, help: true, stack: "homelab" }, SMALLEST),
    );
    assert.ok(lines.some((line) => line.endsWith("./lab fault app2 kill --stack homelab")));
    assert.equal(lines.length <= 24, true);
    assert.deepEqual(
      Object.keys(ACTION_KEYS),
      PAGE_ACTIONS.map(({ id }) => id),
    );
  });

  it("warns in red of a stack that is not the embedded lab", () => {
    const [first] = screen(model().snapshot(at), { ...state, stack: "homelab" }, SMALLEST);
    assert.equal(first?.[0]?.[1], "alarm");
    const said = "\x1b[1;37;41mlab watch  STACK homelab: NOT THE EMBEDDED LAB";
    assert.ok(rendered(first ?? [], 80, true).startsWith(said));
  });

  it("writes no colour where none is wanted, and cuts by what is seen", () => {
    const line: Line = [
      ["abc", "bad"],
      ["def", "t1"],
    ];
    assert.equal(rendered(line, 4, false), "abcd");
    assert.equal(rendered(line, 4, true), "\x1b[1;31mabc\x1b[0m\x1b[33md\x1b[0m");
    assert.deepEqual(wrapped("one two three", 7), ["one two", "three"]);
  });

  it("understands keys; of a view that only looks, none acts", () => {
    const open = { targets: 3, readonly: false };
    assert.deepEqual(meaningOf("k", open), { does: "act", action: "kill" });
    assert.deepEqual(meaningOf("3", open), { does: "choose", index: 2 });
    assert.deepEqual(meaningOf("\x03", open), { does: "quit" });
    assert.equal(meaningOf("4", open), undefined);
    assert.equal(meaningOf("x", open), undefined);
    assert.equal(meaningOf("k", { ...open, readonly: true }), undefined);
    assert.deepEqual(meaningOf("?", { ...open, readonly: true }), { does: "help" });
  });

  it("prints a line when something changes, and one now and then", () => {
    const lines = new PrintedLines();
    const good = model(false);
    assert.match(
      lines.next(good.snapshot(at))!,
      /All 3 targets are healthy\. 0 of 2400 requests lost/,
    );
    assert.equal(lines.next(good.snapshot(at + 1000)), undefined);
    assert.match(
      lines.next(good.snapshot(at + 5000))!,
      /^\d\d:\d\d:\d\d app1 healthy 3[34] %, app2 healthy 33 %, app3 healthy 33 %; .* 0 lost, 0 hidden by retries$/,
    );
    assert.match(lines.next(model().snapshot(at))!, /app2 is DOWN\. /);
  });
});
