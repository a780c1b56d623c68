import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import {
  askRaw,
  freePort,
  Haproxy,
  hasHaproxy,
  statusOf,
  TestTarget,
} from "../../../support/haproxy";
import { COMPLIANT, SEVERE } from "../../../support/smuggling";

/** The load balancer's rules in HAProxy itself; the lab's own is asked by tests/e2e/04-requests.spec.ts. */
describe("HAProxy as it is configured", function () {
  this.timeout(20_000);
  const running: AsyncDisposable[] = [];
  let port: number;
  let asked: string[] = [];

  before(async function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    const targets = [1, 2, 3].map(async (number) => {
      const target = await TestTarget.start((request, response) => {
        if (request.url !== "/healthz") asked.push(request.url ?? "");
        const late = Number(/late=(\d+)/.exec(request.url ?? "")?.[1] ?? 0);
        const pause = Number(/pause=(\d+)/.exec(request.url ?? "")?.[1] ?? 0);
        if (request.url === "/die") {
          request.socket.destroy();
          return;
        }
        setTimeout(() => {
          response.write("a");
          setTimeout(() => response.end("b"), pause);
        }, late);
      });
      running.push(target);
      return { name: `app${number}`, address: "127.0.0.1", port: target.port };
    });
    port = await freePort();
    const text = renderConfig({
      listenerPort: port,
      statsAddress: "127.0.0.1",
      statsPort: await freePort(),
      targets: await Promise.all(targets),
      profile: "tuned",
      healthCheck: { timeoutMs: 900 },
    });
    running.push(await Haproxy.start(text, port));
  });
  beforeEach(() => (asked = []));
  after(async () => {
    for (const one of running.reverse()) await one[Symbol.asyncDispose]();
  });

  const get = (path: string, ...lines: string[]) =>
    askRaw(port, [`GET ${path} HTTP/1.1`, "Host: app.lab", ...lines, "", ""].join("\r\n"));
  const header = (name: string, length: number) =>
    `${name}: ${"a".repeat(length - name.length - 2)}`;

  it("takes a header line of 16 kB and refuses a longer one", async () => {
    assert.equal(statusOf(await get("/", header("X-Long", 16_384))), 200);
    assert.equal(statusOf(await get("/", header("X-Long", 16_386))), 400);
  });

  it("takes 64 kB of headers in all and refuses more", async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, i) => header(`X-Long-${i}`, 13_000));
    assert.equal(statusOf(await get("/", ...lines(5))), 200);
    assert.equal(statusOf(await get("/", ...lines(5), header("X-More", 1_000))), 400);
    assert.equal(statusOf(await get("/", ...lines(9))), 400);
  });

  it("refuses a request line over 16 kB", async () => {
    assert.equal(statusOf(await get(`/${"a".repeat(16_000)}`)), 200);
    assert.equal(statusOf(await get(`/${"a".repeat(16_400)}`)), 414);
  });

  it("waits for a slow answer and asks one target only", async () => {
    assert.equal(statusOf(await get("/?late=2600")), 200);
    assert.deepEqual(asked, ["/?late=2600"]);
  });

  it("does not cut an answer that pauses", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/?pause=2600`);
    assert.equal(await answer.text(), "ab");
  });

  it("asks another target when a connection ends without an answer, and for a GET only", async () => {
    await get("/die");
    assert.ok(asked.length > 1, `${asked.length} asked`);
    await sleep(2500); // they are back in the rotation
    asked = [];
    await askRaw(port, "POST /die HTTP/1.1\r\nHost: app.lab\r\nContent-Length: 0\r\n\r\n");
    assert.equal(asked.length, 1);
    await sleep(2500);
  });

  for (const [what, bytes] of Object.entries(SEVERE)) {
    it(`refuses ${what}`, async () => {
      assert.equal(statusOf(await askRaw(port, Buffer.from(bytes, "latin1"))) >= 400, true);
      assert.deepEqual(asked, []);
    });
  }

  for (const [what, bytes] of Object.entries(COMPLIANT)) {
    it(`forwards ${what}`, async () => {
      assert.equal(statusOf(await askRaw(port, Buffer.from(bytes, "latin1"))), 200);
      assert.deepEqual(asked, ["/whoami"]);
    });
  }
});
