import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type LoadBalancerConfig, renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import {
  askRaw,
  freePort,
  Haproxy,
  hasHaproxy,
  statusOf,
  TestTarget,
} from "../../../support/haproxy";
import {
  AMBIGUOUS,
  COMPLIANT,
  COMPLIANT_TARGETS,
  NOT_SERVED,
  SEVERE,
} from "../../../support/smuggling";

/** The load balancer's rules in HAProxy itself; the lab's own is asked by tests/e2e/04-requests.spec.ts. */
describe("HAProxy as it is configured", function () {
  this.timeout(20_000);
  const running: AsyncDisposable[] = [];
  let port: number;
  let strictPort: number;
  const targets: LoadBalancerConfig["targets"][number][] = [];
  let asked: string[] = [];

  before(async function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    for (const name of ["app1", "app2", "app3"]) {
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
      targets.push(targetAt(name, target));
    }
    port = await freePort();
    running.push(await Haproxy.start(renderConfig(await config(port)), port));
    strictPort = await freePort();
    const strict = { ...(await config(strictPort)), desyncMode: "strictest" as const };
    running.push(await Haproxy.start(renderConfig(strict), strictPort));
  });
  const targetAt = (name: string, { port }: TestTarget) => ({ name, address: "127.0.0.1", port });
  const config = async (listenerPort: number): Promise<LoadBalancerConfig> => ({
    listenerPort,
    statsAddress: "127.0.0.1",
    statsPort: await freePort(),
    targets,
    profile: "tuned",
    healthCheck: { timeoutMs: 900 },
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

  const send = async (bytes: string, to = port) =>
    statusOf(await askRaw(to, Buffer.from(bytes, "latin1")));

  for (const [what, bytes] of Object.entries(SEVERE)) {
    it(`refuses ${what}`, async () => {
      for (const to of [port, strictPort]) assert.equal((await send(bytes, to)) >= 400, true);
      assert.deepEqual(asked, []);
    });
  }

  for (const [what, bytes] of Object.entries({ ...COMPLIANT, ...COMPLIANT_TARGETS })) {
    it(`forwards ${what}`, async () => {
      for (const to of [port, strictPort]) assert.equal(await send(bytes, to), 200);
      assert.equal(asked.length, 2);
    });
  }

  for (const [what, bytes] of Object.entries(AMBIGUOUS)) {
    it(`forwards ${what}, unless it is to be strictest`, async () => {
      assert.equal(await send(bytes), 200);
      assert.equal(await send(bytes, strictPort), 400);
      assert.deepEqual(asked, ["/whoami"]);
    });
  }

  for (const [method, bytes] of Object.entries(NOT_SERVED)) {
    it(`does not serve ${method}`, async () => {
      assert.equal(await send(bytes), 405);
      assert.deepEqual(asked, []);
    });
  }

  it("does not let a target upgrade to HTTP/2", async () => {
    let upgrade: string | undefined = "none";
    await using target = await TestTarget.start((request, response) => {
      upgrade = request.headers.upgrade ?? request.headers["http2-settings"]?.toString();
      response.end();
    });
    const own = await freePort();
    await using lb = await Haproxy.start(
      renderConfig({ ...(await config(own)), targets: [targetAt("app1", target)] }),
      own,
    );
    assert.equal(await send(COMPLIANT["an upgrade that nobody takes"]!, own), 200);
    assert.equal(upgrade, undefined);
    assert.equal(lb.runs, true);
  });
});
