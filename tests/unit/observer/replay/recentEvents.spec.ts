import assert from "node:assert/strict";
import type { LiveEvent } from "../../../../observer/live/liveEvents";
import { RecentEvents } from "../../../../observer/replay/recentEvents";
import { look, request, startedAt } from "./recordings";

describe("the last minutes", () => {
  const held = (at: number, command?: string): LiveEvent => {
    return { kind: "held", at: startedAt + at, ...(command !== undefined && { command }) };
  };
  const trouble = (at: number, error?: string): LiveEvent => {
    return { kind: "trouble", at: startedAt + at, source: "load balancer", error };
  };

  it("are all there is, until there is more", () => {
    const recent = new RecentEvents(1000, startedAt);
    recent.take(request(200, "app1"));
    assert.deepEqual(recent.last(startedAt + 500), { startedAt, events: [request(200, "app1")] });
  });

  it("forget requests, and keep what is in force still", () => {
    const recent = new RecentEvents(1000, startedAt);
    const all = [look(0, "app2"), held(10, "bench"), trouble(20, "gone"), request(30, "app1")];
    for (const event of all) recent.take(event);
    for (let at = 2000; at <= 4000; at += 100) recent.take(request(at, "app3"));
    const { startedAt: from, events } = recent.last(startedAt + 4000);
    assert.equal(from, startedAt + 3000);
    assert.deepEqual(
      events.slice(0, 3),
      [look(3000, "app2"), held(3000, "bench"), trouble(3000, "gone")].map((event, i) => ({
        ...all[i],
        at: event.at,
      })),
    );
    assert.deepEqual(
      events.slice(3).map(({ at }) => at - startedAt),
      Array.from({ length: 11 }, (_, i) => 3000 + i * 100),
    );
  });

  it("do not grow", () => {
    const recent = new RecentEvents(1000, startedAt);
    for (let at = 0; at < 100_000; at += 10) recent.take(request(at, "app1"));
    assert.ok(recent.last(startedAt + 100_000).events.length <= 101);
  });
});
