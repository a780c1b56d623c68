import assert from "node:assert/strict";
import { accounts, latency, losses } from "../../../observer/account";
import { parseLogLine } from "../../../observer/balancerLog";
import { judge, judgedIdle } from "../../../observer/expectations";
import type { ProbeRecord } from "../../../observer/prober";
import { type GapId, gapMs, gaps } from "../../../observer/gaps";
import { series } from "../../../observer/series";
import { stepTimes, timeline } from "../../../observer/timeline";

const targets = ["app1", "app2", "app3"];
const record = (
  dueAt: number,
  target: string,
  changes: Partial<ProbeRecord> = {},
): ProbeRecord => ({
  method: "GET",
  connection: "kept",
  dueAt,
  sentAt: dueAt,
  doneAt: dueAt + 5,
  outcome: "ok",
  status: 200,
  target,
  ...changes,
});

/** 10 ms apart, over three targets; app2 gives no answer from 1000 to 2000. */
const records = Array.from({ length: 300 }, (_, i) => {
  const at = i * 10;
  const name = targets[i % 3]!;
  return record(at, name === "app2" && at >= 1000 && at < 2000 ? "app1" : name);
});
const event = (at: number, kind: "check-passed" | "down" | "up") => ({
  at,
  kind,
  target: "app2",
  text: "",
});
const events = [event(1030, "down"), event(2000, "check-passed"), event(2250, "up")];
const observed = {
  target: "app2",
  targets,
  records,
  events,
  faultAt: 500,
  damagedAt: 980,
  healAt: 1900,
};
const times = stepTimes(observed);

describe("what an experiment saw", () => {
  it("counts every request once", () => {
    const lost = record(7, "app1", { outcome: "failed", error: "status 503", method: "POST" });
    const { GET, HEAD, POST } = accounts([...records, lost, record(8, "", { outcome: "pending" })]);
    assert.deepEqual(GET, { sent: 301, ok: 300, failed: 0, pending: 1 });
    assert.equal(HEAD.sent, 0);
    assert.deepEqual(POST, { sent: 1, ok: 0, failed: 1, pending: 0 });
    assert.equal(losses([lost], 5)[0]?.atMs, 2);
  });

  it("counts latency from when a request was due, not from when it was sent", () => {
    const late = record(0, "app1", { sentAt: 300, doneAt: 305 });
    assert.deepEqual(latency([late]), { p50: 305, p99: 305, max: 305, slow: 1 });
  });

  it("counts removal from the target's last answer, return from its first good check", () => {
    const found = gaps(observed, times);
    assert.deepEqual([gapMs(found, "removed"), gapMs(found, "back")], [55, 250]);
    assert.equal(gapMs(found, "returned"), 350);
    // Nothing was retried, so there is nothing to tell of it.
    assert.equal(gapMs(found, "retried"), undefined);
  });

  it("counts removal without traffic from the end of the command", () => {
    const idle = { ...observed, records: [] };
    assert.equal(gapMs(gaps(idle, stepTimes(idle)), "removed"), 50);
  });

  it("finds the first attempt that failed in the request that was retried", () => {
    const retried = { at: 1020, began: 1001, kind: "retried" as const, target: "app1", text: "" };
    const seen = { ...observed, events: [retried, ...events] };
    const found = stepTimes(seen);
    assert.deepEqual([found["attempt-failed"], found.retried], [1001, 1020]);
    assert.equal(found.redistributed, 1015); // the answer to the first request after 1001
  });

  it("makes nothing of a check that passes when the target was never out", () => {
    const found = stepTimes({ ...observed, events: events.slice(1) });
    assert.equal(found["check-passed"], undefined);
    assert.equal(found.up, 2250);
  });

  it("keeps a series of 100 ms that begins a bucket at the fault", () => {
    const lost = record(1051, "app2", { outcome: "failed" });
    const found = series([...records, lost], targets, 1050);
    assert.deepEqual([found.stepMs, found.fromMs, found.failed.length], [100, -1100, 31]);
    assert.deepEqual(found.failed.slice(10, 13), [0, 1, 0]);
    assert.deepEqual(found.ok.app2!.slice(11, 20), Array(9).fill(0));
    assert.equal(found.maxMs[5], 5);
    const sum = Object.values(found.ok)
      .flat()
      .reduce((a, b) => a + b, 0);
    assert.equal(sum, records.length);
  });

  it("tells the story in order", () => {
    const steps = timeline(observed).map(({ id }) => id);
    const expected = [
      "fault",
      "damaged",
      "redistributed",
      "down",
      "heal",
      "check-passed",
      "answered",
    ];
    assert.deepEqual(steps, [...expected, "even", "up"]);
  });
});

describe("the load balancer's log", () => {
  const head = "1795494220.951332 lb haproxy[582]:";
  const read = (text: string) => parseLogLine(`${head} ${text}`)?.kind;

  it("tells of states, checks and retries", () => {
    assert.equal(read("Server app/app2 is DOWN, reason: Layer4 timeout."), "down");
    assert.equal(read("Health check for server app/app2 succeeded, reason: x"), "check-passed");
    const traffic = "1.2.3.4:5 [24/Nov/2026:04:42:19.215] http app/app1 0/0/0/2/3 200 60 - - ----";
    assert.equal(read(`${traffic} 1/1/0/0/+1 0/0 "GET / HTTP/1.1"`), "retried");
    assert.equal(read(`${traffic} 1/1/0/0/0 0/0 "GET / HTTP/1.1"`), undefined);
    const unchecked = traffic.replace("app/app1", "app-fail-open/app1");
    assert.equal(read(`${unchecked} 1/1/0/0/+1 0/0 "GET / HTTP/1.1" 1-6b08c3ae-435e`), "retried");
    assert.equal(read(`${traffic} 1/1/0/0/0 0/2 "GET / HTTP/1.1"`), "queued");
  });

  it("tells when a retried request arrived and whether another target was tried", () => {
    const request =
      "1.2.3.4:5 [24/Nov/2026:04:42:19.215] http app/app1 0/0/500/2/503 200 60 - - ----";
    const found = (retries: string) => {
      const event = parseLogLine(`${head} ${request} 1/1/0/0/${retries} 0/0 "GET / HTTP/1.1"`);
      return [Math.round(event!.at - event!.began!), event!.redispatched];
    };
    assert.deepEqual(found("+1"), [503, true]);
    assert.deepEqual(found("1"), [503, false]);
  });

  it("counts a state that is written twice once", () => {
    assert.equal(read("[WARNING]  (582) : Server app/app2 is UP, reason: x"), undefined);
  });
});

describe("expectations", () => {
  const account = { sent: 10, ok: 9, failed: 1, pending: 0 };
  const none = { sent: 0, ok: 0, failed: 0, pending: 0 };
  const gap = (id: GapId, ms: number) =>
    ({
      id,
      ms,
      what: "",
      from: "fault",
      to: "down",
      albFastestMs: null,
      albDefaultMs: null,
    }) as const;
  const figures = {
    accounts: { GET: account, HEAD: none, POST: none },
    gaps: [gap("removed", 20), gap("back", 300)],
    postLostElsewhere: 0,
    p99AddedMs: 10,
    due: account.sent,
    evenAfter: true,
    rate: 200,
  };
  const failed = (profile: string) =>
    judge("failover", profile, figures)
      .filter(({ pass }) => !pass)
      .map(({ expectation }) => expectation);

  it("of the tuned profile are not met when a GET is lost, of the others when none is", () => {
    assert.deepEqual(failed("tuned"), ["no GET or HEAD is lost"]);
    assert.deepEqual(failed("plain"), []);
  });

  it("without traffic are a time for tuned, and that it goes and comes for the others", () => {
    const gone = [gap("removed", 5000), gap("back", 2000)];
    const passes = (profile: string, gaps: typeof gone) =>
      judgedIdle("kill", profile, gaps).map(({ pass }) => pass);
    assert.deepEqual(passes("tuned", gone), [false, false]);
    assert.deepEqual(passes("plain", gone), [true]);
    assert.deepEqual(passes("plain", gone.slice(0, 1)), [false]);
  });
});
