import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Listener } from "../../../../lib/haproxy/albTypes";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import { askRaw, freePort, Haproxy, hasHaproxy, TestTarget } from "../../../support/haproxy";
import { waitUntil } from "../../../support/waitUntil";

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`;
const TOOK = String.raw`(?:-1|\d+\.\d{3,6})`;
const QUOTED = String.raw`"[^"]+"`;
const HOST = String.raw`(?:-|\d+\.\d+\.\d+\.\d+:\d+)`;
/** An ALB's line as its documentation describes it, field by field. */
const LINE = new RegExp(
  [
    String.raw`^(?<type>https?|h2|wss?)`,
    `(?<time>${TIME})`,
    "app/lb/homelab",
    `(?<client>${HOST})`,
    `(?<target>${HOST})`,
    TOOK,
    `(?<took>${TOOK})`,
    TOOK,
    String.raw`(?<status>\d{3})`,
    String.raw`(?<targetStatus>-|\d{3})`,
    String.raw`\d+`,
    String.raw`\d+`,
    `"(?<request>[^" ]+ [^" ]+ [^" ]+)"`,
    `"(?<agent>[^"]*)"`,
    String.raw`\S+`,
    String.raw`\S+`,
    String.raw`(?<group>\S+)`,
    `"(?<trace>[^"]+)"`,
    QUOTED,
    QUOTED,
    String.raw`(?<rule>-?\d+)`,
    TIME,
    `"(?<action>[a-z,-]+)"`,
    `"(?<location>[^"]+)"`,
    QUOTED,
    QUOTED,
    QUOTED,
    `"(?<tier>[^"]+)"`,
    `"(?<reason>[^"]+)"`,
    "TID_[0-9a-f]{32}$",
  ].join(" "),
);

describe("the access log in an ALB's form", function () {
  this.timeout(20_000);
  const running: AsyncDisposable[] = [];
  const lines: string[] = [];
  let port: number;
  let proxyPort: number;

  before(async function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    const target = await TestTarget.start((request, response) => {
      request.on("data", () => undefined).on("end", () => response.end());
    });
    running.push(target);
    const log = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve) => log.bind(0, "127.0.0.1", resolve));
    running.push({
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => log.close(() => resolve())),
    });
    log.on("message", (data) => {
      const [, tag, text] = /^<\d+>.*? (haproxy\S*)\[\d+\]: (.*)\n?$/s.exec(data.toString()) ?? [];
      if (tag === "haproxy-access") lines.push(text!.trimEnd());
    });
    port = await freePort();
    proxyPort = await freePort();
    const rule = (priority: number, path: string): NonNullable<Listener["rules"]>[number] => ({
      priority,
      conditions: [{ field: "path-pattern", values: [path] }],
      action:
        path === "/fixed"
          ? { type: "fixed-response", statusCode: 404 }
          : { type: "redirect", statusCode: 301, host: "new.lab" },
    });
    const text = renderConfig({
      ...{ listenerPort: port, statsAddress: "127.0.0.1", statsPort: await freePort() },
      profile: "plain",
      targets: [{ name: "app1", address: "127.0.0.1", port: target.port }],
      listeners: [
        { port, protocol: "HTTP", rules: [rule(5, "/old"), rule(7, "/fixed")] },
        { port: proxyPort, protocol: "HTTP", proxyProtocol: true },
      ],
      accessLog: "alb",
    });
    const to = `127.0.0.1:${log.address().port}`;
    running.push(await Haproxy.start(text.replaceAll("/dev/log", to), port));
    await waitUntil("the target is checked", 10, async () => {
      const answer = await ask("/ready");
      return { value: answer.includes(" 200 ") || undefined, seen: answer };
    });
  });
  beforeEach(() => {
    lines.length = 0;
  });
  after(async () => {
    for (const one of running.reverse()) await one[Symbol.asyncDispose]();
  });

  const ask = (path: string, ...more: string[]) =>
    askRaw(port, [`GET ${path} HTTP/1.1`, "Host: app.lab", ...more, "", ""].join("\r\n"));

  /** The fields of the only line that was logged. */
  async function logged(): Promise<Record<string, string>> {
    const line = await waitUntil("a line is logged", 10, async () =>
      Promise.resolve({ value: lines[0], seen: `${lines.length} lines` }),
    );
    assert.equal(lines.length, 1);
    const groups = LINE.exec(line)?.groups;
    assert.ok(groups, line);
    return groups;
  }

  it("says what was forwarded, where to and how long it took", async () => {
    await ask("/a?b=c", "User-Agent: curl/8");
    const { type, target, took, status, targetStatus, ...line } = await logged();
    assert.deepEqual(
      [type, status, targetStatus, line["action"]],
      ["http", "200", "200", "forward"],
    );
    assert.match(target!, /^127\.0\.0\.1:\d+$/);
    assert.ok(Number(took) >= 0);
    assert.equal(line["request"], `GET http://app.lab:${port}/a?b=c HTTP/1.1`);
    assert.equal(line["agent"], "curl/8");
    assert.equal(line["group"], "targetgroup/app/homelab");
    assert.match(line["trace"]!, /^Root=1-/);
    assert.deepEqual([line["rule"], line["tier"], line["reason"]], ["0", "-", "-"]);
  });

  it("says where a client was sent instead", async () => {
    await ask("/old");
    const { status, action, location, rule, target } = await logged();
    assert.deepEqual([status, action, rule, target], ["301", "redirect", "5", "-"]);
    assert.equal(location, `http://new.lab:${port}/old`);
  });

  it("says which rule answered by itself", async () => {
    await ask("/fixed");
    const { status, action, rule } = await logged();
    assert.deepEqual([status, action, rule], ["404", "fixed-response", "7"]);
  });

  it("gives class and reason of what is refused", async () => {
    await ask("/", "Content_Length: 4");
    const { status, action, tier, reason } = await logged();
    assert.deepEqual([status, action, tier, reason], ["400", "-", "Severe", "SuspiciousHeader"]);
  });

  it("gives class and reason of what is forwarded all the same", async () => {
    await ask("/", "Content-Length: 0");
    const { status, tier, reason } = await logged();
    assert.deepEqual([status, tier, reason], ["200", "Acceptable", "GetHeadZeroContentLength"]);
  });

  it("has every field of what is no request", async () => {
    await askRaw(port, "\x16\x03\x01 what\r\n\r\n");
    const { status, request } = await logged();
    assert.deepEqual([status, request], ["400", `- http://-:${port}- -`]);
  });

  it("has every field of a connection whose handshake failed", async () => {
    await askRaw(proxyPort, "no PROXY line\r\n\r\n").catch(() => undefined);
    const { status, target } = await logged();
    assert.deepEqual([status, target], ["400", "-"]);
  });

  it("has every field of a request whose client went away in its midst", async () => {
    const socket = connect(port, "127.0.0.1", () => {
      const head = "POST / HTTP/1.1\r\nHost: app.lab\r\nContent-Length: 9\r\n\r\n";
      socket.write(`${head}half`, () => socket.destroy());
    });
    const { status, target } = await logged();
    assert.deepEqual([status, target], ["460", "-"]);
  });

  it("keeps apart what clients put into its fields", async () => {
    await ask('/"x', 'User-Agent: a "b" \\', "Host: [2001:db8::1]:80");
    await logged();
    lines.length = 0;
    await ask('/?a="%22\\', 'User-Agent: a "b" caf\xe9 \\', 'X-Amzn-Trace-Id: Root=1"2');
    const { agent, request } = await logged();
    assert.equal(agent, "a %22b%22 café %5C");
    assert.equal(request, `GET http://app.lab:${port}/?a=%22%22%5C HTTP/1.1`);
  });

  it("has the whole of the longest request", async () => {
    const path = `/${"a".repeat(16_000)}`;
    await ask(path, `User-Agent: ${"b".repeat(16_000)}`);
    const { agent, request } = await logged();
    assert.equal(agent!.length, 16_000);
    assert.equal(request, `GET http://app.lab:${port}${path} HTTP/1.1`);
  });
});
