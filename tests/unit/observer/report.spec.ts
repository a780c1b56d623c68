import assert from "node:assert/strict";
import { chosen } from "../../../cli/commands/report";
import type { ExperimentResult } from "../../../observer/experiment";
import { spelt } from "../../../observer/report/gapsChart";
import { Markup, markup } from "../../../observer/report/html";
import { chartFiles, type Report, renderPage } from "../../../observer/report/page";
import { linear, logarithmic } from "../../../observer/report/scale";

const hostile = '<script>alert("1")</script>';
const latency = { p50: 2, p99: 9, max: 40, slow: 0 };
const none = { sent: 0, ok: 0, failed: 0, pending: 0 };

const failover = (profile: string): ExperimentResult => ({
  version: 1,
  experiment: "failover",
  profile,
  rate: 30,
  url: `http://lb/?${hostile}`,
  startedAt: "2026-11-26T23:05:00.000Z",
  pass: false,
  expectations: [{ expectation: "no GET is lost", measured: "1 lost", pass: false }],
  targets: ["app1", "app2"],
  target: "app2",
  action: "kill",
  command: "pct exec 112 -- docker kill web",
  healedAtMs: 200,
  accounts: { GET: { sent: 4, ok: 3, failed: 1, pending: 0 }, HEAD: none, POST: none },
  losses: [{ atMs: 10, method: "GET", reason: hostile, target: "app2" }],
  latencyMs: { before: latency, whole: latency, prober: { p99: 1, max: 2 } },
  masked: { retried: 7, redispatched: 6, queued: 0 },
  shares: { app1: 2, app2: 1 },
  gaps: [
    {
      id: "removed",
      what: "in force to marked down",
      from: "damaged",
      to: "down",
      ms: 30,
      albFastestMs: [5000, 12_000],
      albDefaultMs: [30_000, 65_000],
    },
  ],
  timeline: [
    { id: "fault", atMs: 0, what: "the command begins" },
    { id: "down", atMs: 30, what: "app2 marked down" },
    { id: "up", atMs: 250, what: "app2 marked up" },
  ],
  series: {
    stepMs: 100,
    fromMs: -100,
    ok: { app1: [1, 1, 0, 0], app2: [1, 0, 0, 0] },
    failed: [0, 1, 0, 0],
    p50Ms: [2, 3, null, null],
    p99Ms: [2, 9, null, null],
    maxMs: [2, 40, null, null],
  },
});
const roundRobin: ExperimentResult = {
  version: 1,
  experiment: "round-robin",
  profile: "tuned",
  rate: 200,
  url: "http://lb/",
  startedAt: "2026-11-26T23:06:00.000Z",
  pass: true,
  expectations: [],
  targets: ["app1", "app2"],
};
const report: Report = {
  version: 1,
  name: hostile,
  writtenAt: "2026-11-26T23:10:00.000Z",
  about: [["machine", hostile]],
  results: [failover("tuned"), failover("plain"), roundRobin],
};

describe("a report", () => {
  const page = renderPage(report);

  it("escapes everything that it is given", () => {
    assert.ok(!page.includes("<script"));
    assert.equal(page.split("&lt;script&gt;alert(&quot;1&quot;)").length - 1, 7);
    assert.equal(
      String(markup`<b title="${'"'}">${new Markup("<i>")}${false}${["&", 1]}</b>`),
      '<b title="&quot;"><i>&amp;1</b>',
    );
  });

  it("links the page that plays a run, where there is one", () => {
    const replays = [{ experiment: "failover", profile: "plain", page: "my report-replay.html" }];
    const linked = renderPage({ ...report, replays });
    assert.deepEqual(linked.match(/<a href="[^"]*"/g), ['<a href="my%20report-replay.html"']);
    const after = linked.slice(linked.indexOf("<h2>failover, profile plain"));
    assert.ok(after.indexOf("<a href") < after.indexOf("</section>"));
    assert.doesNotMatch(page, /<a /);
  });

  it("has no heading without a text", () => {
    assert.doesNotMatch(page, /<th[^>]*>\s*<\/th>/);
  });

  it("needs nothing from elsewhere", () => {
    assert.doesNotMatch(page, /(src|href)=|@import|url\(|<link/);
  });

  it("tells the story with numbers that the charts have, and every gap beside an ALB's", () => {
    assert.match(page, /app2 out of the rotation|class="band"/);
    assert.match(page, /<td class="num">\+220<\/td>\s*<td>app2 marked up<\/td>/);
    assert.match(page, /5 to 12 s/);
    assert.match(page, /30 to 65 s/);
  });

  it("accounts for every request, lists the lost and names what clients did not see", () => {
    const text = page.replace(/\s+/g, " ");
    assert.match(
      text,
      /<td>GET<\/td><td class="num">4<\/td><td class="num">3<\/td><td class="num">1<\/td>/,
    );
    assert.match(text, /Lost requests \(1\)/);
    assert.match(text, /7 requests were retried, 6 of them on another target/);
  });

  it("puts profiles side by side only where there is more than one", () => {
    assert.match(page, /failover: the profiles side by side/);
    const alone = renderPage({ ...report, results: [failover("tuned"), roundRobin] });
    assert.doesNotMatch(alone, /side by side/);
  });

  it("says who wrote it only when there is a name", () => {
    assert.match(page, /<title>[^<]* – /);
    assert.doesNotMatch(renderPage({ ...report, name: undefined }), /<title>[^<]* – /);
  });

  it("has each chart as a file with its own style", () => {
    const files = chartFiles(report);
    assert.deepEqual(
      files.map(({ name }) => name),
      ["tuned", "plain"].flatMap((profile) =>
        ["shares", "latency", "gaps"].map((chart) => `failover-${profile}-${chart}.svg`),
      ),
    );
    for (const { svg } of files) {
      assert.match(svg, /^<svg\s[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"\s*>\s*<style>/);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
    }
    assert.doesNotMatch(page, /NaN|undefined|Infinity/);
  });
});

describe("scales", () => {
  it("put round values on an axis", () => {
    const scale = linear([-3, 12.6], [0, 156], 10);
    assert.deepEqual(scale.ticks, [-2, 0, 2, 4, 6, 8, 10, 12]);
    assert.equal(scale(-3), 0);
    assert.equal(Math.round(scale(12.6)), 156);
    assert.deepEqual(linear([0, 0], [0, 1]).ticks, [0]);
  });

  it("draw small values of a scale of powers at its start", () => {
    const scale = logarithmic([1, 1000], [0, 300]);
    assert.deepEqual(scale.ticks, [1, 10, 100, 1000]);
    assert.deepEqual([0, 1, 10, 1000].map(scale), [0, 0, 100, 300]);
  });

  it("spell milliseconds as people do", () => {
    assert.deepEqual([30, 1404, 12_000, 120_000, 150_000].map(spelt), [
      "30 ms",
      "1.4 s",
      "12 s",
      "2 min",
      "2 min 30 s",
    ]);
  });
});

describe("the results of a report", () => {
  it("are those asked for, or all", () => {
    assert.equal(chosen(report.results, []).length, 3);
    assert.deepEqual(chosen(report.results, ["round-robin"]), [roundRobin]);
  });

  it("refuses an experiment without a result, and a report of none", () => {
    assert.throws(() => chosen(report.results, ["hang"]), {
      message: 'no result of experiment "hang"; choose failover or round-robin',
    });
    assert.throws(
      () => chosen([], []),
      /no experiment was run yet; run \.\/lab experiment failover/,
    );
  });
});
