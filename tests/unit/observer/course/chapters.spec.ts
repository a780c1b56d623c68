import assert from "node:assert/strict";
import { CHAPTERS } from "../../../../observer/course/chapters";
import { outagesOf, readHistory } from "../../../../observer/course/history";
import type { Seen } from "../../../../observer/course/seen";

const request = (second: number, server: string, status = 200, frontend = "http") =>
  `${second}.5 lb haproxy[880]: 172.30.2.1:46242 [28/Nov/2026:04:44:42.394] ${frontend} ` +
  `${server === "<NOSRV>" ? "http" : "app"}/${server} 0/0/0/1/1 ${status} 350 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1" -`;
const say = (second: number, text: string) => `${second}.0 lb haproxy[880]: ${text}`;
const failed = (second: number, name: string) =>
  say(second, `Health check for server app/${name} failed, reason: Layer4 connection problem`);
const down = (second: number, name: string) => say(second, `Server app/${name} is DOWN. 2 active`);
const up = (second: number, name: string) => say(second, `Server app/${name} is UP. 3 active`);

const drained = (second: number) =>
  say(second, "Server app/app2 enters drain state. 2 active and 0 backup servers online.");
const back = (second: number) => say(second, "Server app/app2 is UP (leaving forced drain).");

const names = ["app1", "app2", "app3"];
const seen = (lines: string[], out: string[] = []): Seen => ({
  ...readHistory(lines.join("\n")),
  targets: names.map((name) => ({ name, state: out.includes(name) ? "unhealthy" : "healthy" })),
});
const turns = (of: string[], count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => request(from + at, of[at % of.length]!));
const judged = (chapter: number, what: Seen) =>
  CHAPTERS[chapter - 1]!.judge(what).map(({ done, text }) => `${done ? "+" : "-"} ${text}`);
const isDone = (chapter: number, what: Seen) =>
  CHAPTERS[chapter - 1]!.judge(what).every(({ done }) => done);

describe("the load balancer's log", () => {
  it("tells requests with target and status; the stats page's are none", () => {
    const { requests } = readHistory(
      [request(1, "app2"), request(2, "<NOSRV>", 503), request(3, "app1", 200, "stats")].join("\n"),
    );
    assert.deepEqual(requests, [
      { at: 1499, target: "app2", status: 200, tookMs: 1 },
      { at: 2499, status: 503, tookMs: 1 },
    ]);
  });

  it("tells outages, with the checks that failed before", () => {
    const lines = [
      failed(1, "app2"),
      failed(2, "app2"),
      down(2, "app2"),
      up(9, "app2"),
      down(20, "app3"),
    ];
    assert.deepEqual(outagesOf(readHistory(lines.join("\n"))), [
      { target: "app3", from: 20_000, failedChecks: 0 },
      { target: "app2", from: 2000, to: 9000, failedChecks: 2, failure: "refused" },
    ]);
  });
});

describe("chapter 1, round robin", () => {
  it("is done after twelve requests that took turns", () => {
    assert.deepEqual(judged(1, seen(turns(names, 12))), [
      "+ all 3 targets are healthy",
      "+ the last 12 requests were even: app1 4, app2 4, app3 4",
    ]);
  });

  it("is not done with too few, with an uneven spread, or with a target out", () => {
    assert.deepEqual(
      judged(1, seen(turns(names, 5)))[1],
      "- 12 requests must be answered, the log has 5; ./lab verify sends them",
    );
    assert.match(judged(1, seen(turns(["app1", "app3"], 12)))[1]!, /^- .*app1 6, app2 0, app3 6/);
    assert.match(
      judged(1, seen(turns(names, 12), ["app2"]))[0]!,
      /^- .*app2 is unhealthy; \.\/lab heal/,
    );
  });
});

describe("chapter 2, health checks", () => {
  const out = [failed(1, "app2"), failed(2, "app2"), down(2, "app2")];

  it("is done when a target failed its checks and came back", () => {
    assert.deepEqual(judged(2, seen([...out, up(9, "app2")])), [
      "+ app2 was taken out after 2 failed checks",
      "+ app2 came back, 7.0 s later",
      "+ all 3 targets are healthy",
    ]);
  });

  it("is not done before, nor by a drain", () => {
    assert.equal(isDone(2, seen(turns(names, 12))), false);
    assert.match(judged(2, seen(out, ["app2"]))[1]!, /^- app2 must come back.*\.\/lab heal app2/);
    assert.equal(isDone(2, seen([drained(1), back(2)])), false);
  });
});

describe("chapter 3, failover", () => {
  const out = [failed(1, "app2"), down(2, "app2")];

  it("is done when the others answered everything meanwhile", () => {
    assert.deepEqual(judged(3, seen([...out, ...turns(["app1", "app3"], 12, 3)], ["app2"])), [
      "+ app2 failed and was taken out",
      "+ while app2 was out: app1 6, app3 6",
      "+ 0 went to app2, 0 of 12 were lost",
    ]);
  });

  it("is not done without an outage, without requests, or with lost ones", () => {
    assert.equal(isDone(3, seen(turns(names, 24))), false);
    assert.equal(isDone(3, seen(out, ["app2"])), false);
    assert.equal(isDone(3, seen([...out, up(3, "app2"), ...turns(names, 24, 4)])), false);
    const lost = [...out, ...turns(["app1", "app3"], 12, 3), request(30, "app1", 503)];
    assert.match(judged(3, seen(lost))[2]!, /^- 0 went to app2, 1 of 13 were lost/);
  });
});

describe("chapter 4, return", () => {
  const out = [failed(1, "app2"), failed(2, "app2"), down(2, "app2")];

  it("is done when requests were even after a target came back", () => {
    assert.deepEqual(judged(4, seen([...out, up(9, "app2"), ...turns(names, 12, 10)])), [
      "+ app2 came back, 7.0 s later",
      "+ all 3 targets are healthy",
      "+ the last 12 requests were even: app1 4, app2 4, app3 4",
    ]);
  });

  it("is not done while it is out, nor with requests of before", () => {
    assert.equal(isDone(4, seen(turns(names, 12))), false);
    assert.equal(isDone(4, seen(out, ["app2"])), false);
    const later = [failed(20, "app2"), down(20, "app2"), up(25, "app2")];
    assert.equal(isDone(4, seen([...turns(names, 12, 1), ...later])), false);
  });
});

describe("chapter 5, hang and kill", () => {
  const silent = (second: number) =>
    say(
      second,
      "Health check for server app/app2 failed, reason: Layer7 timeout, check duration: 501ms",
    );
  const killed = [failed(1, "app2"), down(1, "app2"), up(5, "app2")];
  const hung = [silent(10), down(10, "app2"), up(15, "app2")];

  it("is done after one of each, in any order", () => {
    assert.deepEqual(judged(5, seen([...killed, ...hung])), [
      "+ app2 was taken out because its connections were refused",
      "+ app2 was taken out because no answer came in time",
      "+ all 3 targets are healthy",
    ]);
  });

  it("is not done after one of them, and names the fault that is missing", () => {
    assert.match(judged(5, seen(killed))[1]!, /^- .*\.\/lab fault app2 hang$/);
    assert.match(judged(5, seen(hung))[0]!, /^- .*\.\/lab fault app2 kill$/);
  });
});

describe("chapter 6, drain", () => {
  it("is done when the others answered everything meanwhile, and it is back", () => {
    const lines = [drained(1), ...turns(["app1", "app3"], 12, 2), back(20)];
    assert.deepEqual(judged(6, seen(lines)), [
      "+ app2 was drained",
      "+ while app2 was out: app1 6, app3 6",
      "+ 0 went to app2, 0 of 12 were lost",
      "+ all 3 targets are healthy",
    ]);
  });

  it("is not done by a failure, without requests, or while it is drained", () => {
    const others = turns(["app1", "app3"], 12, 3);
    assert.equal(isDone(6, seen([down(1, "app2"), ...others, up(20, "app2")])), false);
    assert.equal(isDone(6, seen([drained(1), back(2), ...others])), false);
    assert.equal(isDone(6, seen([drained(1), ...others], ["app2"])), false);
  });
});

describe("chapter 7, isolation", () => {
  const denied = [
    { from: "lb", to: "db", port: 5432 },
    { from: "app1", to: "app2", port: 3000 },
  ];

  it("is done when both attempts were turned away", () => {
    assert.deepEqual(judged(7, { ...seen([]), denied }), [
      "+ lb asked db:5432 and was turned away",
      "+ app1 asked app2:3000 and was turned away",
    ]);
  });

  it("is not done by another port, the way back, or none", () => {
    assert.equal(isDone(7, seen([])), false);
    const others = [
      { from: "lb", to: "db", port: 22 },
      { from: "app2", to: "app1", port: 3000 },
    ];
    assert.equal(isDone(7, { ...seen([]), denied: others }), false);
    const one = judged(7, { ...seen([]), denied: denied.slice(0, 1) });
    assert.match(one[1]!, /^- .*\.\/lab reach app1 app2:3000$/);
  });
});

describe("chapter 8, uneven nodes", () => {
  const late = (second: number, server: string) =>
    request(second, server).replace("0/0/0/1/1", "0/0/0/401/401");
  const rounds = (slow: string) =>
    Array.from({ length: 12 }, (_, at) => {
      const server = names[at % 3]!;
      return server === slow ? late(at, server) : request(at, server);
    });

  it("is done when one target was late and had its share all the same", () => {
    assert.deepEqual(judged(8, seen(rounds("app3"))), [
      "+ app3 answered 4 requests late, in 401 ms; the others in 1 ms",
      "+ it had its share all the same: app1 3, app2 3, app3 4",
      "+ all 3 targets are healthy",
    ]);
  });

  it("is not done with quick answers, few late ones, or another share", () => {
    assert.match(judged(8, seen(turns(names, 30)))[0]!, /^- .*\.\/lab fault app3 slow=400ms/);
    assert.equal(isDone(8, seen(rounds("app3").slice(0, 9))), false);
    const alone = Array.from({ length: 8 }, (_, at) => late(at, "app3"));
    assert.match(judged(8, seen(alone))[1]!, /^- .*app1 0, app2 0, app3 8/);
    assert.equal(isDone(8, seen(rounds("app3"), ["app3"])), false);
  });
});

/** As far as chapters read a result. */
const result = (experiment: string, profile: string, failed = 0, pass = true) =>
  ({
    ...{ experiment, profile, pass },
    accounts: { GET: { sent: 100, ok: 100 - failed, failed, pending: 0 } },
    expectations: [{ expectation: "no request is lost", measured: `${failed} lost`, pass }],
  }) as unknown as NonNullable<Seen["results"]>[number];

describe("chapter 9, database away", () => {
  it("is done by an experiment that met what was expected, the newest one", () => {
    const results = [result("db-away", "tuned", 3, false), result("db-away", "tuned")];
    assert.deepEqual(judged(9, { ...seen([]), results }), [
      "+ no request is lost: 0 lost",
      "+ all 3 targets are healthy",
    ]);
  });

  it("is not done without one, by another one, or by one that failed", () => {
    const done = (results: Seen["results"]) => isDone(9, { ...seen([]), results });
    assert.equal(isDone(9, seen([])), false);
    assert.equal(done([result("failover", "tuned")]), false);
    assert.equal(done([result("db-away", "plain")]), false);
    assert.equal(done([result("db-away", "tuned", 3, false)]), false);
  });
});

describe("chapter 10, profiles compared", () => {
  const done = (results: Seen["results"]) => judged(10, { ...seen([]), results });

  it("is done when tuned lost fewer than plain", () => {
    assert.deepEqual(done([result("failover", "plain", 40, false), result("failover", "tuned")]), [
      "+ tuned lost 0 of 100 GET requests",
      "+ plain lost 40 of 100 GET requests",
      "+ 40 requests are what the settings of tuned saved",
      "+ all 3 targets are healthy",
    ]);
  });

  it("is not done by one profile alone, or when nothing differed", () => {
    assert.deepEqual(done([result("failover", "tuned")])[1]!.slice(0, 1), "-");
    assert.deepEqual(done([result("failover", "plain", 9)])[0]!.slice(0, 1), "-");
    const same = done([result("failover", "plain"), result("failover", "tuned")]);
    assert.match(same[2]!, /^- tuned must lose fewer/);
  });
});
