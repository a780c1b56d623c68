import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { pageScript } from "../../../../cli/dashboard/script";
import { readRecording } from "../../../../observer/replay/recording";
import { replayPage } from "../../../../observer/replay/page";
import { failover, header, request, written } from "./recordings";

const hostile = "</script><img src=x onerror=alert(1)><!--";
/** The text of the element that a pattern begins. */
const inside = (page: string, begin: RegExp) => {
  const [opened] = begin.exec(page) ?? assert.fail(`no ${begin}`);
  const from = page.indexOf(opened) + opened.length;
  return page.slice(from, page.indexOf(`</${/\w+/.exec(opened)![0]}>`, from));
};

describe("a replay's page", () => {
  const text = written(failover());
  let script: string;
  before(async () => {
    script = await pageScript("replayMain");
  });

  it("holds the recording itself, which its script reads from it", () => {
    const page = replayPage(text, script);
    const data = inside(page, /<script type="application\/jsonl" id="recording">/);
    assert.deepEqual(readRecording(data), readRecording(text));
    assert.match(page, /<title>Load balancer, replay: failover, profile tuned<\/title>/);
    assert.match(
      page,
      /recorded 2026-01-01 12:00 UTC, stack dev, http:\/\/10\.0\.0\.5, 20 requests\/s/,
    );
  });

  it("lets its own script and style run, nothing be loaded and nothing be sent", () => {
    const page = replayPage(text, script);
    const policy = /Content-Security-Policy" content="([^"]*)"/
      .exec(page)![1]!
      .replaceAll("&#39;", "'");
    const hash = (part: string) => `'sha256-${createHash("sha256").update(part).digest("base64")}'`;
    assert.deepEqual(policy.split("; "), [
      "default-src 'none'",
      `script-src ${hash(inside(page, /<script>/))}`,
      `style-src ${hash(inside(page, /<style>/))}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    assert.ok(page.indexOf("Content-Security-Policy") < page.indexOf("<style"));
    assert.doesNotMatch(page, /\son\w+="|style="|nonce=|\bsrc=/);
    const links = [...page.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href);
    assert.deepEqual(links, ["data:,"]);
  });

  it("says how many requests came where they were fewer than asked for, and where none was", () => {
    const lead = (rate: number) =>
      /recorded [^<]*, ([^,<]*)<\/p>/.exec(
        replayPage(written(failover(), { ...header, rate }), script),
      )?.[1];
    assert.deepEqual([20, 24, 200, 0].map(lead), [
      "20 requests/s",
      "24 requests/s",
      "20 requests/s on the average",
      "without requests",
    ]);
  });

  it("neither asks a server nor has what an action needs", () => {
    assert.doesNotMatch(
      script,
      /EventSource|fetch\(|XMLHttpRequest|WebSocket|x-lab-token|\/events/,
    );
    assert.doesNotMatch(replayPage(text, script), /data-action|token/i);
  });

  it("ends no script early, whatever a name or an error says", () => {
    const from = { ...header, title: hostile, stack: hostile, targets: [hostile] };
    const told = written([request(1), request(2, hostile, { ok: false, error: hostile })], from);
    const page = replayPage(told, 'let a = "</script>"');
    assert.equal(page.match(/<\/script>/g)?.length, 2);
    assert.doesNotMatch(page, /<img|<!--/);
    const data = inside(page, /<script type="application\/jsonl" id="recording">/);
    assert.deepEqual(readRecording(data), readRecording(told));
  });

  it("is small: under 150 kB without its data", () => {
    const page = replayPage(text, script);
    const bytes = Buffer.byteLength(page) - Buffer.byteLength(text);
    assert.ok(bytes < 150_000, `${bytes} bytes`);
  });

  it("leaves out what a killed program wrote of a line, and refuses what is no recording", () => {
    const page = replayPage(`${text}{"at":1,"lo`, script);
    assert.ok(!page.includes('"lo<'));
    assert.throws(() => replayPage("{}\n", script), {
      message: "line 1: is not the first line of a recording",
    });
  });
});
