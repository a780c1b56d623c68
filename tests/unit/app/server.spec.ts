import assert from "node:assert/strict";
import { once } from "node:events";
import { request, Agent, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { Server } from "node:http";
import { jsonLogger } from "../../../app/log";
import type { Injected } from "../../../app/faults";
import { buildServer, KEEP_ALIVE_MS } from "../../../app/server";
import { stopGracefully } from "../../../app/shutdown";
import { StoreDown, type VisitStore } from "../../../app/visitStore";

/** A counter in memory that can be broken and slowed down. */
function memoryStore() {
  const visits = new Map<string, number>([["app2", 4]]);
  const store = {
    down: undefined as Error | undefined,
    gate: Promise.resolve(),
    closed: false,
    async count(node: string) {
      await store.gate;
      if (store.down) throw store.down;
      visits.set(node, (visits.get(node) ?? 0) + 1);
      const nodes = [...visits].sort().map(([name, n]) => {
        return { node: name, visits: n, lastVisitAt: "2026-01-02T03:04:05.000Z" };
      });
      return { node: visits.get(node)!, total: nodes.reduce((s, n) => s + n.visits, 0), nodes };
    },
    async ping() {
      await store.gate;
      if (store.down) throw store.down;
    },
    close() {
      store.closed = true;
      return Promise.resolve();
    },
  };
  return store satisfies VisitStore;
}

interface Reply {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

describe("the service", () => {
  let store: ReturnType<typeof memoryStore>;
  let server: Server;
  let port: number;
  let lines: string[];
  let agent: Agent;
  let injected: Injected;

  beforeEach(async () => {
    store = memoryStore();
    lines = [];
    agent = new Agent({ keepAlive: true });
    const log = jsonLogger({ node: "app1" }, (line) => lines.push(line));
    injected = { fail: false, delayMs: 0 };
    const faults = { next: () => injected };
    server = buildServer({ node: "app1", storageDriver: "overlay2", store, log, faults });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => {
    agent.destroy();
    server.closeAllConnections();
    if (server.listening) server.close();
  });

  async function ask(
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
  ): Promise<Reply> {
    const asked = request({ port, host: "127.0.0.1", path, method, headers, agent });
    asked.end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    let body = "";
    for await (const chunk of answer) body += String(chunk);
    return { status: answer.statusCode!, headers: answer.headers, body };
  }

  const parsed = (reply: Reply) => JSON.parse(reply.body) as Record<string, unknown>;

  it("tells node, storage driver, counter and database as JSON at /api", async () => {
    const reply = await ask("/api", { "x-request-id": "r-1" });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers["content-type"], "application/json; charset=utf-8");
    const { uptimeSeconds, ...rest } = parsed(reply);
    assert.equal(typeof uptimeSeconds, "number");
    const lastVisitAt = "2026-01-02T03:04:05.000Z";
    assert.deepEqual(rest, {
      node: "app1",
      storageDriver: "overlay2",
      requestId: "r-1",
      targets: null,
      counter: {
        node: 1,
        total: 5,
        nodes: [
          { node: "app1", visits: 1, lastVisitAt },
          { node: "app2", visits: 4, lastVisitAt },
        ],
      },
      database: "up",
    });
  });

  it("counts one visit for each GET and none for HEAD", async () => {
    await ask("/api");
    await ask("/", {}, "HEAD");
    await ask("/api", {}, "HEAD");
    const { counter } = parsed(await ask("/api")) as { counter: { node: number } };
    assert.equal(counter.node, 2);
  });

  it("answers HEAD with the status and headers of GET and no body", async () => {
    const [get, head] = [await ask("/"), await ask("/", {}, "HEAD")];
    assert.equal(head.status, 200);
    assert.equal(head.body, "");
    const fixed = ({ headers }: Reply) => {
      const kept = { ...headers };
      for (const name of ["date", "x-request-id", "content-length"]) delete kept[name];
      return kept;
    };
    assert.deepEqual(fixed(head), { ...fixed(get) });
  });

  it("shows people a page at /", async () => {
    const reply = await ask("/", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    assert.equal(reply.headers["content-type"], "text/html; charset=utf-8");
    assert.match(reply.body, /answered by <strong>app1</);
    assert.doesNotMatch(reply.body, /without its database/);
  });

  it("passes on what the load balancer says of the targets", async () => {
    const { targets } = parsed(await ask("/api", { "x-target-health": "app1=1, app2=0" }));
    assert.deepEqual(targets, [
      { name: "app1", state: "healthy" },
      { name: "app2", state: "unhealthy" },
    ]);
  });

  const accepts: [string, string][] = [
    ["application/json", "application/json"],
    ["text/html;q=0.5, application/json", "application/json"],
    ["application/json;q=0.5, text/html", "text/html"],
    ["*/*", "text/html"],
    ["application/json;q=0", "text/html"],
  ];
  for (const [accept, type] of accepts) {
    it(`gives ${type} at / for "Accept: ${accept}"`, async () => {
      const reply = await ask("/", { accept });
      assert.equal(reply.headers["content-type"], `${type}; charset=utf-8`);
      assert.equal(reply.headers.vary, "Accept");
    });
  }

  it("goes on without its database and says so", async () => {
    store.down = new StoreDown("connection refused");
    const page = await ask("/");
    assert.equal(page.status, 200);
    assert.match(page.body, /Running without its database/);
    assert.match(page.body, /Database down: connection refused/);
    const api = parsed(await ask("/api"));
    assert.equal(api.counter, null);
    assert.equal(api.database, "down: connection refused");
  });

  it("is alive but not ready without its database", async () => {
    store.down = new StoreDown("timed out");
    assert.equal((await ask("/healthz")).status, 200);
    const ready = await ask("/readyz");
    assert.equal(ready.status, 503);
    assert.equal(parsed(ready).database, "down: timed out");
    store.down = undefined;
    assert.equal((await ask("/readyz")).status, 200);
  });

  it("never shows the text of an unexpected error", async () => {
    store.down = new Error("password hunter2 refused");
    assert.doesNotMatch((await ask("/api")).body, /hunter2/);
    assert.doesNotMatch(lines.join(""), /hunter2/);
  });

  it("names itself at /whoami without its database", async () => {
    store.down = new StoreDown("timed out");
    const reply = await ask("/whoami");
    assert.deepEqual(parsed(reply), { node: "app1", storageDriver: "overlay2" });
  });

  it("answers 500 and counts nothing when a fault says so", async () => {
    injected = { fail: true, delayMs: 0 };
    const reply = await ask("/api", { "x-request-id": "r-3" });
    assert.equal(reply.status, 500);
    assert.deepEqual(parsed(reply), { error: "a fault injected on purpose", requestId: "r-3" });
    injected = { fail: false, delayMs: 0 };
    const { counter } = parsed(await ask("/api")) as { counter: { node: number } };
    assert.equal(counter.node, 1);
  });

  it("answers late when a fault says so", async () => {
    injected = { fail: false, delayMs: 80 };
    const from = performance.now();
    assert.equal((await ask("/whoami")).status, 200);
    assert.ok(performance.now() - from >= 79);
  });

  it("answers 404 for other paths and 405 for other methods", async () => {
    assert.equal((await ask("/favicon.ico")).status, 404);
    const refused = await ask("/api", {}, "POST");
    assert.equal(refused.status, 405);
    assert.equal(refused.headers.allow, "GET, HEAD");
  });

  it("forbids caching, sniffing, framing and foreign content", async () => {
    const { headers } = await ask("/");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; style-src 'sha/);
  });

  it("takes a harmless request id over and replaces any other", async () => {
    assert.equal(
      (await ask("/healthz", { "x-request-id": "a.b-1" })).headers["x-request-id"],
      "a.b-1",
    );
    const odd = await ask("/healthz", { "x-request-id": "<script>" });
    assert.match(String(odd.headers["x-request-id"]), /^[0-9a-f-]{36}$/);
  });

  it("logs each request as one JSON line without its query, and no passing health check", async () => {
    await ask("/healthz");
    await ask("/api?token=hunter2", { "x-request-id": "r-2" });
    const { time, durationMs, ...line } = JSON.parse(lines.join("")) as Record<string, unknown>;
    assert.equal(typeof time, "string");
    assert.equal(typeof durationMs, "number");
    assert.deepEqual(line, {
      level: "info",
      event: "request",
      node: "app1",
      requestId: "r-2",
      method: "GET",
      path: "/api",
      status: 200,
    });
  });

  it("keeps connections longer than the load balancer's 60 s", () => {
    assert.ok(KEEP_ALIVE_MS > 60_000);
    assert.equal(server.keepAliveTimeout, KEEP_ALIVE_MS);
    assert.ok(server.headersTimeout > KEEP_ALIVE_MS);
  });

  it("finishes the request in flight when it stops, and takes no new one", async () => {
    let open = () => undefined as void;
    store.gate = new Promise((resolve) => (open = resolve));
    const inFlight = ask("/api");
    await once(server, "request");
    const stopped = stopGracefully(server, store, 5_000);
    const refused = connect(port, "127.0.0.1");
    const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    open();
    const reply = await inFlight;
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.connection, "close");
    assert.equal(await stopped, true);
    assert.equal(store.closed, true);
  });

  it("cuts a request that does not finish in time", async () => {
    store.gate = new Promise(() => undefined);
    const inFlight = ask("/api").then(
      () => "answered",
      () => "cut",
    );
    await once(server, "request");
    assert.equal(await stopGracefully(server, store, 50), false);
    assert.equal(await inFlight, "cut");
  });
});
