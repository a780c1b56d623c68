import assert from "node:assert/strict";
import type { LiveRequest, TargetLook } from "../../../../observer/live/liveEvents";
import { LiveModel } from "../../../../observer/live/liveModel";
import type { SetWeight } from "../../../../observer/anomalies";
import { clock, headline, incidentText } from "../../../../observer/live/words";

const from = Date.UTC(2026, 0, 1, 12);
const names = ["app1", "app2", "app3"];

const request = (at: number, target: string | undefined, more: Partial<LiveRequest> = {}) => ({
  ...{ kind: "request" as const, at: from + at, sentAt: from + at - 4, method: "GET" },
  ...{ ok: target !== undefined, target },
  ...(target === undefined && { error: "status 503 of no target" }),
  ...more,
});

const healthy = (name: string, more: Partial<TargetLook> = {}): TargetLook => ({
  ...{ name, state: "healthy", reason: null, check: "L7OK", detail: "HTTP status 200" },
  ...{ weight: 100, stateSeconds: 60, requests: 0, retried: 0, redispatched: 0, ...more },
});
const down = (name: string, more: Partial<TargetLook> = {}) =>
  healthy(name, {
    ...{ state: "unhealthy", reason: "Target.Timeout", check: "L4TOUT", detail: "" },
    ...more,
  });

describe("live model", () => {
  let model: LiveModel;
  const look = (at: number, ...changed: TargetLook[]) => {
    const targets = names.map((one) => changed.find(({ name }) => name === one) ?? healthy(one));
    model.take({ kind: "look", at: from + at, targets });
  };
  const faults = (at: number, ...list: [target: string, fault: string, since: number][]) =>
    model.take({
      kind: "faults",
      at: from + at,
      faults: list.map(([target, fault, since]) => ({ target, fault, since: from + since })),
    });
  const traffic = (fromMs: number, toMs: number, targets: string[]) => {
    for (let at = fromMs, i = 0; at < toMs; at += 100, i++) {
      model.take(request(at, targets[i % targets.length]));
    }
  };
  beforeEach(() => {
    model = new LiveModel({ targets: names, startedAt: from });
  });

  it("knows nothing before the first look, and says so", () => {
    const snapshot = model.snapshot(from);
    assert.deepEqual(
      snapshot.targets.map(({ state, share }) => [state, share]),
      [
        ["unknown", null],
        ["unknown", null],
        ["unknown", null],
      ],
    );
    assert.equal(headline(snapshot).level, "warn");
  });

  it("tells shares beside what the weights of usable targets make of them", () => {
    look(0, healthy("app3", { weight: 200 }));
    traffic(0, 1000, ["app1", "app2", "app3", "app3"]);
    const { targets } = model.snapshot(from + 1000);
    assert.deepEqual(
      targets.map(({ ideal }) => ideal),
      [0.25, 0.25, 0.5],
    );
    assert.deepEqual(
      targets.map(({ share }) => share),
      [0.3, 0.3, 0.4],
    );
    look(1000, down("app3"));
    assert.deepEqual(
      model.snapshot(from + 1100).targets.map(({ ideal }) => ideal),
      [0.5, 0.5, 0],
    );
  });

  it("counts percentiles of answered requests from when they were sent", () => {
    for (let i = 1; i <= 100; i++) {
      model.take(request(i, "app1", { sentAt: from }));
    }
    model.take(request(100, undefined));
    const { window } = model.snapshot(from + 100);
    assert.deepEqual(window, { sent: 101, ok: 100, failed: 1, p50: 50, p95: 95, p99: 99 });
  });

  it("forgets requests that left the window, and keeps the totals", () => {
    traffic(0, 5000, names);
    look(70_000);
    const { window, totals, series, budget } = model.snapshot(from + 70_000);
    assert.equal(window.sent, 0);
    assert.equal(totals.sent, 50);
    assert.equal(
      series.sent.reduce((a, b) => a + b),
      0,
    );
    assert.ok(Math.abs(budget.allowed - 0.05) < 1e-9);
  });

  it("tells of a failover: which target, why, since when, what was lost and what was hidden", () => {
    look(0);
    traffic(0, 3000, names);
    faults(3200, ["app2", "kill", 3000]);
    model.take(request(3050, undefined));
    look(3250, down("app2", { check: "HANA", reason: "Target.FailedHealthChecks", retried: 2 }));
    look(3500, down("app2", { check: "L4CON", reason: "Target.FailedHealthChecks", retried: 2 }));
    model.take(request(3600, undefined));
    const snapshot = model.snapshot(from + 13_250);
    const [incident] = snapshot.incidents;
    assert.deepEqual(incident, {
      ...{ id: 1, target: "app2", startedAt: from + 3000, fault: "kill", faultAt: from + 3000 },
      ...{ outAt: from + 3250, why: "its connections are refused (L4CON)", lost: 2, masked: 2 },
      reason: "Target.FailedHealthChecks",
    });
    const { level, title, text } = headline(snapshot);
    assert.deepEqual([level, title], ["bad", "app2 is DOWN"]);
    assert.match(
      text,
      /\d\d:03 fault kill on app2\. \d\d:\d\d:03 app2 went DOWN, because its connections are refused \(L4CON\), Target\.FailedHealthChecks\. Out for 10 s\. 2 requests lost, 2 failed attempts hidden by retries\.$/,
    );
  });

  it("finds the loss that came before the target was out, and none of long before", () => {
    look(0);
    model.take(request(100, undefined));
    look(30_000);
    model.take(request(30_100, undefined));
    look(30_250, down("app1"));
    const [incident] = model.snapshot(from + 30_300).incidents;
    assert.equal(incident?.lost, 1);
    assert.equal(incident?.startedAt, from + 30_100);
  });

  it("ends an incident when the target is back and its fault undone, not before", () => {
    look(0);
    faults(100, ["app2", "hang", 0]);
    look(250, down("app2"));
    look(5000);
    let [incident] = model.snapshot(from + 5000).incidents;
    assert.equal(incident?.backAt, from + 5000);
    assert.equal(incident?.endedAt, undefined);
    faults(6000);
    [incident] = model.snapshot(from + 6000).incidents;
    assert.equal(incident?.endedAt, from + 5000);
    assert.equal(headline(model.snapshot(from + 6000)).level, "good");
    assert.match(
      incidentText(incident, from + 6000),
      /it is back, after 4\.8 s\. 0 requests lost\.$/,
    );
  });

  it("counts an error that a target answered to that target alone", () => {
    look(0);
    faults(100, ["app3", "error=50%", 0]);
    look(250, down("app2"));
    model.take(request(300, "app3", { ok: false, error: "status 500" }));
    const { incidents, targets } = model.snapshot(from + 400);
    assert.deepEqual(
      incidents.map(({ target, lost }) => [target, lost]),
      [
        ["app2", 0],
        ["app3", 1],
      ],
    );
    assert.deepEqual(
      targets.map(({ lost }) => lost),
      [0, 0, 1],
    );
  });

  it("says that a target answers errors while its checks are good", () => {
    look(0);
    traffic(0, 1000, ["app1", "app3"]);
    for (let at = 0; at < 500; at += 100) {
      model.take(request(at, "app2", { ok: false, error: "status 500" }));
    }
    const { title, text } = headline(model.snapshot(from + 1000));
    assert.equal(title, "app2 answers errors");
    assert.equal(text, "5 of its last 5 answers were errors, while its checks are good.");
  });

  it("says whose weight is reduced, and why, with and without a fault that is known", () => {
    const setWeight: SetWeight = {
      ...{ group: "app", target: "app2", weight: 12, full: 100, owner: "anomaly" },
      ...{ since: from, reason: "48 % errors" },
    };
    look(0, healthy("app2", { weight: 12, setWeight }));
    const said = new RegExp(`weight 12 of 100: anomaly, 48 % errors since ${clock(from)}\\.$`);
    const { level, title, text } = headline(model.snapshot(from + 500));
    assert.deepEqual([level, title], ["warn", "app2 gets fewer requests"]);
    assert.match(text, said);
    faults(500, ["app2", "error=50%", 400]);
    assert.match(headline(model.snapshot(from + 1000)).text, said);
    look(1000);
    assert.doesNotMatch(headline(model.snapshot(from + 1500)).text, /weight/);
  });

  it("shows a drain as a drain", () => {
    look(0);
    look(250, down("app1", { state: "draining", reason: "Target.DeregistrationInProgress" }));
    const { level, title } = headline(model.snapshot(from + 500));
    assert.deepEqual([level, title], ["warn", "app1 is drained"]);
  });

  it("dates a target that was out before the first look by the load balancer's own count", () => {
    look(0, down("app2", { stateSeconds: 90 }));
    assert.equal(model.snapshot(from).incidents[0]?.outAt, from - 90_000);
  });

  it("goes on counting retries over a reload, when the load balancer's counters begin anew", () => {
    look(0, healthy("app1", { retried: 7 }));
    look(250, healthy("app1", { retried: 9 }));
    look(500, healthy("app1", { retried: 0 }));
    look(750, healthy("app1", { retried: 1 }));
    assert.equal(model.snapshot(from + 800).totals.retried, 3);
  });

  it("counts attempts that were made again with another target as hidden as well", () => {
    look(0, healthy("app2", { retried: 1, redispatched: 4 }));
    look(250, down("app2", { retried: 2, redispatched: 6 }));
    const { totals, targets, incidents } = model.snapshot(from + 300);
    assert.deepEqual([totals.retried, targets[1]?.retried, incidents[0]?.masked], [3, 3, 3]);
  });

  it("says for which command its own requests are held back, while they are", () => {
    const held = (at: number, command?: string) => {
      model.take({ kind: "held", at: from + at, command });
      return model.snapshot(from + at).heldBackFor;
    };
    assert.equal(model.snapshot(from).heldBackFor, undefined);
    assert.deepEqual([held(1, "bench"), held(2)], ["bench", undefined]);
  });

  it("keeps one dot a second of each target's checks", () => {
    for (let at = 0; at < 5000; at += 250) look(at, ...(at < 3000 ? [] : [down("app2")]));
    const { targets } = model.snapshot(from + 5000);
    assert.deepEqual(targets[1]?.checks, [true, true, true, false, false]);
  });

  it("says which source does not answer, since its first failure", () => {
    look(0);
    for (const at of [100, 2000]) {
      model.take({ kind: "trouble", at: from + at, source: "load balancer", error: "gone" });
    }
    assert.equal(headline(model.snapshot(from + 3000)).title, "load balancer does not answer");
    assert.equal(model.snapshot(from + 3000).troubles[0]?.since, from + 100);
    model.take({ kind: "trouble", at: from + 3100, source: "load balancer" });
    assert.deepEqual(model.snapshot(from + 3200).troubles, []);
  });
});
