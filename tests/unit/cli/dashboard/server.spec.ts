import assert from "node:assert/strict";
import { get, request } from "node:http";
import { type Dashboard, startDashboard } from "../../../../cli/dashboard/server";
import { LiveModel } from "../../../../observer/live/liveModel";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

describe("dashboard server", () => {
  let dashboard: Dashboard;
  let base: URL;
  let token: string;
  const done: [string, string][] = [];
  const model = new LiveModel({ targets: ["app1"], startedAt: 0 });

  before(async () => {
    dashboard = await startDashboard({
      port: 0,
      page: (nonce) => `<p>${nonce}</p>`,
      message: () => ({ snapshot: model.snapshot(1), dots: [], dotStands: 1 }),
      replay: () => Promise.resolve("<p>replay</p>"),
      act(action, target) {
        if (target === "app9") return Promise.reject(new Error("lab: ./lab up is at work"));
        done.push([action, target]);
        return Promise.resolve(`did ${action}`);
      },
    });
    base = new URL(dashboard.url);
    token = base.searchParams.get("token")!;
  });
  after(() => dashboard.close());

  const ask = (
    path: string,
    {
      method = "GET",
      headers = {},
      body = "",
    }: { method?: string; headers?: object; body?: string } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const call = request(new URL(path, base), { method, headers: { ...headers }, agent: false });
      call.on("error", reject);
      call.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode!, headers: response.headers, text }),
        );
      });
      call.end(body);
    });
  const act = (headers: object, body = '{"action":"kill","target":"app1"}') =>
    ask("/action", {
      method: "POST",
      headers: { "content-type": "application/json", "x-lab-token": token, ...headers },
      body,
    });

  it("listens on loopback and serves the page to whoever has the token", async () => {
    assert.equal(base.hostname, "127.0.0.1");
    const { status, headers, text } = await ask(`/?token=${token}`);
    assert.equal(status, 200);
    const nonce = /<p>(.+)<\/p>/.exec(text)?.[1];
    assert.match(
      String(headers["content-security-policy"]),
      new RegExp(`script-src 'nonce-${nonce}'`),
    );
    assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/);
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  it("refuses page, events and actions without the token, or with another", async () => {
    for (const path of ["/", "/?token=", `/?token=${token}x`, "/events", "/replay"]) {
      assert.equal((await ask(path)).status, 403, path);
    }
    assert.equal((await act({ "x-lab-token": "x" })).status, 403);
    // A form of another site can send a token in the address, and no header.
    const { "x-lab-token": none, ...headers } = {
      "x-lab-token": "",
      "content-type": "application/json",
    };
    assert.equal(none, "");
    const post = { method: "POST", headers, body: '{"action":"kill","target":"app1"}' };
    assert.equal((await ask(`/action?token=${token}`, post)).status, 403);
    assert.deepEqual(done, []);
  });

  it("refuses another site's name, origin and pages, whatever the token", async () => {
    const wrong: [number, object][] = [
      [421, { host: "lab.example" }],
      [421, { host: "127.0.0.1.example:80" }],
      [403, { origin: "http://lab.example" }],
      [403, { origin: "null" }],
      [403, { origin: `http://localhost:${base.port}` }],
      [403, { "sec-fetch-site": "cross-site" }],
      [403, { "sec-fetch-site": "same-site" }],
    ];
    for (const [status, headers] of wrong) {
      assert.equal(
        (await ask(`/?token=${token}`, { headers })).status,
        status,
        JSON.stringify(headers),
      );
      assert.equal((await act(headers)).status, status, JSON.stringify(headers));
    }
    assert.deepEqual(done, []);
  });

  it("does what a button says, and tells what came of it", async () => {
    const { status, text } = await act({ origin: base.origin, "sec-fetch-site": "same-origin" });
    assert.deepEqual([status, JSON.parse(text)], [200, { said: "did kill" }]);
    assert.deepEqual(done, [["kill", "app1"]]);
    const failed = await act({}, '{"action":"kill","target":"app9"}');
    assert.deepEqual(
      [failed.status, JSON.parse(failed.text)],
      [409, { said: "lab: ./lab up is at work" }],
    );
  });

  it("refuses an action that is no JSON, too long, or not two words", async () => {
    assert.equal((await act({ "content-type": "text/plain" })).status, 415);
    assert.equal((await act({}, "kill")).status, 400);
    assert.equal((await act({}, '{"action":"kill","target":1}')).status, 400);
    assert.equal(
      (await act({}, JSON.stringify({ action: "x".repeat(2000), target: "a" }))).status,
      500,
    );
    assert.equal((await ask(`/other?token=${token}`)).status, 404);
  });

  it("sends what is to be seen, again and again", async () => {
    const messages = await new Promise<string[]>((resolve, reject) => {
      const call = get(new URL(`/events?token=${token}`, base), (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
          const found = text.split("\n\n").slice(0, -1);
          if (found.length >= 2) resolve((call.destroy(), found));
        });
      });
      call.on("error", reject);
    });
    const { snapshot } = JSON.parse(messages[0]!.replace("data: ", ""));
    assert.equal(snapshot.targets[0].name, "app1");
  });

  it("gives the last minutes as a file to save", async () => {
    const { status, headers, text } = await ask(`/replay?token=${token}`);
    assert.deepEqual([status, text], [200, "<p>replay</p>"]);
    assert.equal(headers["content-disposition"], 'attachment; filename="replay.html"');
  });

  it("says that a port is taken", async () => {
    const port = Number(base.port);
    await assert.rejects(
      startDashboard({
        port,
        page: String,
        message: () => assert.fail(),
        replay: () => assert.fail(),
        act: () => assert.fail(),
      }),
      { message: `--port: ${port} is taken on 127.0.0.1; choose another, or 0 for a free one` },
    );
  });
});
