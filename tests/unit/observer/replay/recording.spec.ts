import assert from "node:assert/strict";
import type { SetWeight } from "../../../../observer/anomalies";
import type { LiveEvent, LiveLook } from "../../../../observer/live/liveEvents";
import { LiveModel } from "../../../../observer/live/liveModel";
import { headerOf, readRecording } from "../../../../observer/replay/recording";
import { failover, header, look, request, startedAt, targets, written } from "./recordings";

describe("a recording", () => {
  it("holds every event, and a view makes the same of it", () => {
    const events: LiveEvent[] = [
      ...failover(),
      request(10_100, "app1", { method: "POST" }),
      request(10_200, "app2", { ok: false, error: "status 500", method: "HEAD" }),
      { kind: "trouble", at: startedAt + 10_300, source: "load balancer", error: "it ended" },
      { kind: "trouble", at: startedAt + 10_400, source: "load balancer" },
      { kind: "held", at: startedAt + 10_500, command: "bench" },
      { kind: "held", at: startedAt + 10_600 },
    ];
    const read = readRecording(written(events));
    assert.deepEqual(read, { header, events });
    const snapshots = [events, read.events].map((all) => {
      const model = new LiveModel({ targets, startedAt });
      for (const event of all) model.take(event);
      return model.snapshot(startedAt + 10_600);
    });
    assert.deepEqual(snapshots[1], snapshots[0]);
  });

  it("holds whose weight is reduced, why and since when, until it is the full one again", () => {
    const setWeight: SetWeight = {
      ...{ group: "app", target: "app2", weight: 12, full: 100, owner: "anomaly" },
      ...{ since: startedAt + 100, reason: "48 % errors" },
    };
    const reduced = look(250) as LiveLook;
    const targetsThen = reduced.targets.map((one) =>
      one.name === "app2" ? { ...one, weight: 12, setWeight } : one,
    );
    const events = [look(0), { ...reduced, targets: targetsThen }, look(500)];
    assert.deepEqual(readRecording(written(events)).events, events);
    const [, first, second, third] = written(events).split("\n");
    assert.doesNotMatch(first!, /setWeight/);
    assert.match(second!, /"setWeight":\{"group":"app","target":"app2",.*"since":100,/);
    assert.match(third!, /"setWeight":null/);
  });

  it("is small: a request has some 20 bytes, a look what changed", () => {
    const quiet = [0, 250, 500].map((at) => look(at));
    assert.equal(
      written(quiet).split("\n").at(-2),
      '{"at":500,"look":[{"requests":500},{"requests":500},{"requests":500}]}',
    );
    assert.equal(written([request(1234.56, "app2")]).split("\n")[1], "[1234.6,4,1]");
  });

  it("says faults only when they change", () => {
    const faults = [{ target: "app2", fault: "kill", since: startedAt }];
    const told = [0, 2000, 4000].map((at): LiveEvent => {
      return { kind: "faults", at: startedAt + at, faults: at < 4000 ? faults : [] };
    });
    assert.equal(readRecording(written(told)).events.length, 2);
  });

  it("has nothing but what a view shows: no password, key, token or query of an address", () => {
    const secret = "hunter2-a-secret";
    const url = `http://stats:${secret}@10.0.0.5:8080/lb?token=${secret}#${secret}`;
    const more = { password: secret, token: secret };
    const from = { title: "watch", stack: "dev", rate: 20, targets, startedAt, ...more };
    const told = headerOf({ ...from, url });
    assert.equal(told.url, "http://10.0.0.5:8080/lb");
    const looks = look(0) as Extract<LiveEvent, { kind: "look" }>;
    const events: LiveEvent[] = [
      {
        ...looks,
        targets: looks.targets.map((one) => ({
          ...one,
          setWeight: {
            ...{ group: "app", target: "app1", weight: 1, full: 2, owner: "operator", since: 0 },
            ...more,
          },
          ...more,
        })),
        ...more,
      },
      { ...request(1, "app1"), ...more },
      { ...request(2), ...more },
      {
        ...{ kind: "faults", at: startedAt, ...more },
        faults: [{ target: "app2", fault: "kill", since: startedAt, ...more }],
      },
      { kind: "trouble", at: startedAt, source: "x", error: "y", ...more },
      { kind: "held", at: startedAt, ...more },
    ];
    const text = written(events, told);
    assert.equal(text.split("\n").length, 8);
    assert.doesNotMatch(text, new RegExp(secret));
  });

  it("that a killed program left ends with its last whole line", () => {
    const text = written(failover());
    const { events } = readRecording(text.slice(0, -5));
    assert.equal(events.length, failover().length - 1);
  });

  it("is brought into the order of time", () => {
    const { events } = readRecording(written([request(200, "app1"), request(100, "app2")]));
    assert.deepEqual(
      events.map(({ at }) => at - startedAt),
      [100, 200],
    );
  });

  it("that is none is refused by its line", () => {
    const [first = "", ...rest] = written(failover()).split("\n");
    const wrong: [string, RegExp][] = [
      ["", /^line 1: is not the first line of a recording$/],
      ["{}\n", /^line 1: is not the first/],
      ['{"version":1,"experiment":"failover"}\n', /^line 1: is not the first/],
      [
        `${first.replace('"recording":1', '"recording":2')}\n`,
        /^line 1: must be a recording of version 1, got 2$/,
      ],
      [`${first.replace(/"targets":\[.*?\]/, '"targets":[]')}\n`, /^line 1/],
      [`${first.replace(/"targets":\[.*?\]/, '"targets":[1]')}\n`, /^line 1/],
    ];
    const lines = [
      "x",
      "[1,2]",
      "[1,2,3]",
      "[1,2,-2]",
      "[1,2,0.5]",
      '["1",2,0]',
      '[1,2,0,"GET",1]',
      "[1,2,0,7]",
      "{}",
      '{"at":1}',
      '{"at":"1","held":null}',
      '{"at":1,"held":2}',
      '{"at":1,"held":null,"more":1}',
      '{"at":1,"look":[{},{}]}',
      '{"at":1,"look":[{"state":"toString"},{},{}]}',
      '{"at":1,"look":[{"state":"<b>"},{},{}]}',
      '{"at":1,"look":[{"name":"app9"},{},{}]}',
      '{"at":1,"look":[{"weight":"1"},{},{}]}',
      '{"at":1,"look":[{"setWeight":{"owner":"anomaly"}},{},{}]}',
      '{"at":1,"look":[{"toString":null},{},{}]}',
      '{"at":1,"faults":[{"target":"app1"}]}',
      '{"at":1,"trouble":["x"]}',
    ];
    for (const line of lines) {
      wrong.push([[first, rest[0], line, ""].join("\n"), /^line 3: is not of a recording, got "/]);
    }
    for (const [text, message] of wrong) {
      assert.throws(() => readRecording(text), { message }, text.split("\n").at(-2));
    }
  });
});
