import assert from "node:assert/strict";
import { accounts, latency, losses } from "../../../observer/account";
import { parseLogLine } from "../../../observer/balancerLog";
import { judge } from "../../../observer/expectations";
import type { ProbeRecord } from "../../../observer/prober";
import { gaps, timeline } from "../../../observer/timeline";

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
const observed = { target: "app2", targets, records, events, faultAt: 500, healAt: 1900 };

describe("what an experiment saw", () => {
  it("counts every request once", () => {
    const lost = record(7, "app1", { outcome: "failed", error: "status 503", method: "POST" });
    const { GET, POST } = accounts([...records, lost, record(8, "", { outcome: "pending" })]);
    assert.deepEqual(GET, { sent: 301, ok: 300, failed: 0, pending: 1 });
    assert.deepEqual(POST, { sent: 1, ok: 0, failed: 1, pending: 0 });
    assert.equal(losses([lost], 5)[0]?.atMs, 2);
  });

  it("counts latency from when a request was due, not from when it was sent", () => {
    const late = record(0, "app1", { sentAt: 300, doneAt: 305 });
    assert.deepEqual(latency([late]), { p50: 305, p99: 305, max: 305, slow: 1 });
  });

  it("counts removal from the target's last answer, return from its first good check", () => {
    assert.deepEqual(gaps(observed), { removed: 55, back: 250 });
  });

  it("tells the story in order", () => {
    const steps = timeline(observed).map(({ what }) => what);
    assert.ok(steps.indexOf("app2 marked down") < steps.indexOf("first good check"));
    assert.ok(steps.includes("even again"));
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
  });

  it("counts a state that is written twice once", () => {
    assert.equal(read("[WARNING]  (582) : Server app/app2 is UP, reason: x"), undefined);
  });
});

describe("expectations", () => {
  const account = { sent: 10, ok: 9, failed: 1, pending: 0 };
  const none = { sent: 0, ok: 0, failed: 0, pending: 0 };
  const figures = {
    get: account,
    post: none,
    gaps: { removed: 20, back: 300 },
    postLostLater: 0,
    p99AddedMs: 10,
    evenAfter: true,
  };
  const failed = (profile: string) =>
    judge("failover", profile, figures)
      .filter(({ pass }) => !pass)
      .map(({ expectation }) => expectation);

  it("of the tuned profile are not met when a GET is lost, of the others when none is", () => {
    assert.deepEqual(failed("tuned"), ["no GET is lost"]);
    assert.deepEqual(failed("plain"), []);
  });
});
