import assert from "node:assert/strict";
import { pageScript } from "../../../cli/dashboard/script";
import type { LiveEvent, TargetLook } from "../../../observer/live/liveEvents";
import { LiveModel } from "../../../observer/live/liveModel";
import { actionWords, commandLine, PAGE_ACTIONS } from "../../../observer/view/actions";
import { type LiveMessage, type PageFacts, sampled } from "../../../observer/view/message";
import { viewPage } from "../../../observer/view/page";
import { announcement, parts } from "../../../observer/view/parts";

const targets = ["app1", "app2", "app3"];
const facts: PageFacts = { stack: "dev", url: "http://x", rate: 20, targets, readonly: false };
const request = (at: number, target?: string): Extract<LiveEvent, { kind: "request" }> => ({
  ...{ kind: "request", at, sentAt: at - 5, method: "GET", ok: target !== undefined },
  ...(target === undefined ? { error: "<b>socket hang up</b>" } : { target }),
});
const look = (at: number, down?: string): LiveEvent => ({
  kind: "look",
  at,
  targets: targets.map((name): TargetLook => ({
    ...{ name, weight: 100, stateSeconds: 9, requests: 1, retried: 0, redispatched: 0, detail: "" },
    ...(name === down
      ? { state: "unhealthy", reason: "Target.Timeout", check: "L4TOUT" }
      : { state: "healthy", reason: null, check: "L7OK" }),
  })),
});

/** As it is seen so long after app2 vanished. */
function message(afterMs: number): LiveMessage {
  const model = new LiveModel({ targets, startedAt: 1000 });
  const from = 100_000;
  model.take(look(from - 1000));
  for (let at = from - 900; at < from; at += 100) model.take(request(at, targets[at % 3]));
  model.take(request(from - 50));
  model.take({
    kind: "faults",
    at: from,
    faults: [{ target: "app2", fault: "drop", since: from - 200 }],
  });
  model.take(look(from, "app2"));
  return { snapshot: model.snapshot(from + afterMs), dots: [], dotStands: 1 };
}

/** Text as a reader sees it. */
const seen = (html = "") =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

describe("live page", () => {
  it("says ten seconds after a fault which target failed, why, since when and what was lost", () => {
    const { headline } = parts(message(10_000), facts, false);
    assert.match(
      seen(headline),
      /^✗ app2 is DOWN why no connection in time \(L4TOUT\), Target\.Timeout since \d\d:\d\d:\d\d, 10 s lost 1 request hidden by retries 0 fault drop at \d\d:\d\d:\d\d$/,
    );
  });

  it("tells it on the target's card, in the timeline and in the list of losses as well", () => {
    const all = parts(message(10_000), facts, false);
    assert.match(
      seen(all["card-1"]),
      /app2 ✗ DOWN since .* no connection in time \(L4TOUT\) 1 request lost/,
    );
    assert.match(seen(all.story), /app2 is DOWN .* fault drop on app2/);
    assert.match(all.losses ?? "", /&lt;b&gt;socket hang up/);
    assert.match(all.lanes ?? "", /class="out"/);
  });

  it("draws for phones from top to bottom, and targets of any number in rows", () => {
    const wide = parts(message(0), facts, false).wires ?? "";
    const narrow = parts(message(0), facts, true).wires ?? "";
    assert.match(wide, /viewBox="0 0 1000 /);
    assert.match(narrow, /viewBox="0 0 360 /);
  });

  it("has room for the latency of a load balancer that is slow", () => {
    const slow = message(0);
    slow.snapshot.series.p95 = slow.snapshot.series.p95.map(() => 2400);
    const labels = (parts(slow, facts, false).latency ?? "").match(/[\d.]+ m?s(?=<\/text>)/g);
    assert.deepEqual(labels, ["0 ms", "1 s", "2 s"]);
  });

  it("counts requests a second from when the view began, until a whole window is behind it", () => {
    const early = message(0);
    Object.assign(early.snapshot, { startedAt: early.snapshot.at - 2000 });
    early.snapshot.window.sent = 40;
    assert.match(seen(parts(early, facts, false).tiles), /requests 20\/s/);
  });

  it("says what a dot stands for, and that lost requests are not sampled", () => {
    const notice = (dotStands: number, rate = 20) =>
      seen(parts({ ...message(0), dotStands }, { ...facts, rate }, false).notice);
    assert.deepEqual(
      [notice(1), notice(4), notice(1, 0)],
      ["one dot: one request", "one dot: 4 requests; each lost one has a ring of its own", ""],
    );
  });

  it("announces what happened, not the seconds that go on", () => {
    assert.equal(
      announcement(message(1000)),
      "app2 is DOWN, because no connection in time (L4TOUT)",
    );
    assert.equal(announcement(message(1000)), announcement(message(9000)));
  });

  it("has a button for each action, with the command it runs", () => {
    const page = viewPage({ facts: { ...facts, stack: "homelab" }, script: "" });
    for (const { id } of PAGE_ACTIONS) {
      assert.ok(page.includes(commandLine(actionWords(id, "app3"), "homelab")), id);
    }
    assert.match(page, /stack homelab: not the embedded lab/);
    assert.match(page, /<body class="other">/);
    assert.equal(commandLine(actionWords("error", "app1"), "dev"), "./lab fault app1 error=50%");
    assert.throws(() => actionWords("rm", "app1"), { message: 'unknown action "rm"' });
  });

  it("has no button when it only looks", () => {
    assert.doesNotMatch(
      viewPage({ facts: { ...facts, readonly: true }, script: "" }),
      /data-action/,
    );
  });

  it("ends no script early, whatever a name or a text says", () => {
    const url = "http://x/</script><img>";
    const page = viewPage({ facts: { ...facts, url }, script: 'let a = "</script>"', nonce: "n" });
    assert.equal(page.match(/<\/script>/g)?.length, 2);
    assert.doesNotMatch(page, /<img>/);
  });

  it("is small: page and script under 150 kB, and asks nobody else for anything", async () => {
    const page = viewPage({ facts, script: await pageScript(), nonce: "n" });
    assert.ok(Buffer.byteLength(page) < 150_000, `${Buffer.byteLength(page)} bytes`);
    const addresses = [...page.matchAll(/https?:\/\/[^"'`\s),]+/g)].map(([found]) => found);
    assert.deepEqual(
      [...new Set(addresses)].filter(
        (one) => !["http://x", "http://www.w3.org/2000/svg"].includes(one),
      ),
      [],
    );
  });

  it("samples many requests evenly, and drops no lost one for a good one", () => {
    const many = Array.from({ length: 100 }, (_, i) => request(i, i === 57 ? undefined : "app1"));
    const { dots, dotStands } = sampled(many, 10);
    assert.equal(dots.length, 10);
    assert.equal(dotStands, 10);
    assert.ok(dots.some(({ at }) => at === 57));
    assert.deepEqual(sampled(many.slice(0, 3), 10), { dots: many.slice(0, 3), dotStands: 1 });
  });
});
