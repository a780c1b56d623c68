import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import type {
  Attributes,
  Listener,
  Rule,
  TargetGroupOptions,
} from "../../../../lib/haproxy/albTypes";
import { configProblems } from "../../../../lib/haproxy/checkAttributes";
import { type LoadBalancerConfig, renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import {
  askRaw,
  freePort,
  Haproxy,
  hasHaproxy,
  statusOf,
  TestTarget,
} from "../../../support/haproxy";

interface Seen {
  target: string;
  url: string;
  headers: IncomingHttpHeaders;
}

/** Load balancers in front of four targets: app1 and app2 in the group app, blue and green in their own. */
describe("HAProxy routes as an ALB does", function () {
  this.timeout(20_000);
  const running: AsyncDisposable[] = [];
  const ports = new Map<string, number>();
  let seen: Seen[] = [];

  before(async function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    for (const name of ["app1", "app2", "blue", "green"]) {
      const target = await TestTarget.start((request, response) => {
        const { url = "", headers } = request;
        if (url !== "/healthz") seen.push({ target: name, url, headers });
        response.setHeader("set-cookie", `session=of-${name}`);
        response.end("ok");
      });
      running.push(target);
      ports.set(name, target.port);
    }
  });
  beforeEach(() => (seen = []));
  after(async () => {
    for (const one of running.reverse()) await one[Symbol.asyncDispose]();
  });

  const targetOf = (name: string) => ({ name, address: "127.0.0.1", port: ports.get(name)! });

  /** A load balancer with one listener for HTTP; it ends with the test that started it. */
  async function balancer(
    listener: Partial<Listener>,
    more: Attributes & { targetGroup?: TargetGroupOptions } = {},
  ) {
    const port = await freePort();
    const config: LoadBalancerConfig = {
      listenerPort: port,
      statsAddress: "127.0.0.1",
      statsPort: await freePort(),
      targets: [targetOf("app1"), targetOf("app2")],
      targetGroups: [
        { name: "blue", targets: [targetOf("blue")] },
        { name: "green", targets: [targetOf("green")] },
      ],
      listeners: [{ port, protocol: "HTTP", ...listener }],
      profile: "plain",
      ...more,
    };
    assert.deepEqual(configProblems(config), []);
    const started = await Haproxy.start(renderConfig(config), port);
    const ask = (path: string, ...lines: string[]) =>
      askRaw(
        port,
        [`GET ${path} HTTP/1.1`, ...lines, "Host: app.lab", "", ""].slice(0).join("\r\n"),
      );
    return { port, ask, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
  }

  const to = (name: string): Rule["action"] => ({ type: "forward", targetGroups: [{ name }] });
  const header = (answer: string, name: string) =>
    new RegExp(`^${name}: (.*?)\\r?$`, "im").exec(answer)?.[1];

  const conditions: [string, Rule["conditions"], string[], string[]][] = [
    [
      "path-pattern, which distinguishes small from capital letters",
      [{ field: "path-pattern", values: ["/img/*.png", "/a?c"] }],
      ["/img/x/y.png", "/img/.png?q", "/abc"],
      ["/IMG/x.png", "/img/x.jpg", "/ac", "/abcd", "/img/xpng"],
    ],
    [
      "query-string with a key",
      [{ field: "query-string", values: [{ key: "v", value: "2*" }] }],
      ["/?v=2", "/?a=1&v=27&b", "/?V=2"],
      ["/?v=12", "/?w=2", "/?xv=2", "/v=2"],
    ],
    [
      "query-string without one",
      [{ field: "query-string", values: [{ value: "beta" }] }],
      ["/?beta", "/?x=beta&y", "/?a=b&c=beta"],
      ["/?beta2", "/?x=alphabeta", "/beta"],
    ],
    [
      "source-ip, and nothing else",
      [{ field: "source-ip", values: ["10.0.0.0/8", "127.0.0.0/8"] }],
      ["/"],
      [],
    ],
    ["source-ip of others", [{ field: "source-ip", values: ["10.0.0.0/8"] }], [], ["/"]],
    [
      "two conditions, which both must hold",
      [
        { field: "path-pattern", values: ["/x*"] },
        { field: "http-request-method", values: ["GET"] },
        { field: "query-string", values: [{ key: "a", value: "*" }] },
      ],
      ["/x?a=", "/xyz?a=1"],
      ["/x", "/y?a=1"],
    ],
  ];
  for (const [what, list, matching, others] of conditions) {
    it(`by ${what}`, async () => {
      const rules = [{ priority: 7, conditions: list, action: to("blue") }];
      await using lb = await balancer({ rules });
      for (const path of [...matching, ...others]) await lb.ask(path);
      const ofBlue = seen.filter(({ target }) => target === "blue").map(({ url }) => url);
      assert.deepEqual(ofBlue, matching);
    });
  }

  it("by host-header and http-header, in any letters", async () => {
    const rules: Rule[] = [
      {
        priority: 1,
        conditions: [{ field: "host-header", values: ["*.Blue.lab"] }],
        action: to("blue"),
      },
      {
        priority: 2,
        conditions: [{ field: "http-header", name: "X-Version", values: ["green*", "a$b"] }],
        action: to("green"),
      },
    ];
    await using lb = await balancer({ rules });
    const ask = (host: string, ...lines: string[]) =>
      askRaw(lb.port, ["GET / HTTP/1.1", `Host: ${host}`, ...lines, "", ""].join("\r\n"));
    const targets = [
      await ask("www.blue.lab:80"),
      await ask("blue.lab"),
      await ask("x", "x-version: GREEN-2"),
      await ask("x", "x-version: a$b"),
      await ask("x", "x-version: red"),
    ].map((answer) => header(answer, "x-backend"));
    assert.deepEqual(targets, ["blue", "app1", "green", "green", "app2"]);
  });

  it("by the rule with the lowest priority, whatever the order", async () => {
    const always: Rule["conditions"] = [{ field: "path-pattern", values: ["*"] }];
    const rules = [
      { priority: 20, conditions: always, action: to("green") },
      { priority: 10, conditions: always, action: to("blue") },
    ];
    await using lb = await balancer({ rules });
    assert.equal(header(await lb.ask("/"), "x-backend"), "blue");
  });

  it("by weight", async () => {
    const targetGroups = [
      { name: "blue", weight: 3 },
      { name: "green", weight: 1 },
      { name: "app", weight: 0 },
    ];
    await using lb = await balancer({ defaultAction: { type: "forward", targetGroups } });
    for (let i = 0; i < 200; i++) await lb.ask("/");
    const count = (name: string) => seen.filter(({ target }) => target === name).length;
    assert.equal(count("blue") + count("green"), 200);
    // 150 of 200 expected; 6 standard deviations are 37.
    assert.ok(count("blue") > 113 && count("blue") < 187, `${count("blue")} of 200`);
  });

  it("to somewhere else, as a redirect", async () => {
    const rules: Rule[] = [
      {
        priority: 1,
        conditions: [{ field: "path-pattern", values: ["/old/*"] }],
        action: {
          type: "redirect",
          statusCode: 302,
          host: "new.lab",
          path: "/new/#{path}",
          query: "from=old",
        },
      },
    ];
    const defaultAction: Listener["defaultAction"] = {
      type: "redirect",
      statusCode: 301,
      protocol: "HTTPS",
    };
    await using lb = await balancer({ rules, defaultAction });
    const answer = await lb.ask("/a/b?c=d&e");
    assert.equal(statusOf(answer), 301);
    assert.equal(header(answer, "location"), "https://app.lab:443/a/b?c=d&e");
    assert.equal(header(await lb.ask("/"), "location"), "https://app.lab:443/");
    const other = await lb.ask("/old/x?y");
    assert.equal(statusOf(other), 302);
    assert.equal(header(other, "location"), `http://new.lab:${lb.port}/new/old/x?from=old`);
    assert.deepEqual(seen, []);
  });

  it("to an answer of its own", async () => {
    const body = `{"a": "it's $HOME \\\\ 100 %"}\n`;
    const defaultAction: Listener["defaultAction"] = {
      type: "fixed-response",
      statusCode: 418,
      contentType: "application/json",
      body,
    };
    await using lb = await balancer({ defaultAction });
    const answer = await fetch(`http://127.0.0.1:${lb.port}/`);
    assert.equal(answer.status, 418);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(await answer.text(), body);
  });

  it("to the target that a cookie names, its own or the service's", async () => {
    for (const stickiness of [
      { type: "lb_cookie" } as const,
      { type: "app_cookie", cookieName: "session" } as const,
    ]) {
      seen = [];
      await using lb = await balancer({}, { targetGroup: { stickiness } });
      const first = await fetch(`http://127.0.0.1:${lb.port}/`);
      const cookies = first.headers.getSetCookie();
      const name = stickiness.type === "lb_cookie" ? "AWSALB=" : "session=";
      const cookie = cookies.find((text) => text.startsWith(name))?.split(";")[0] ?? "";
      const withCookie = new Set([first.headers.get("x-backend")]);
      for (let i = 0; i < 6; i++)
        withCookie.add(header(await lb.ask("/", `Cookie: ${cookie}`), "x-backend") ?? "");
      assert.equal(withCookie.size, 1, `${stickiness.type}: ${[...withCookie].join()}`);
    }
  });

  it("to as many as a client may send, and no more", async () => {
    await using lb = await balancer({}, { rateLimit: { requests: 5, seconds: 60 } });
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push(statusOf(await lb.ask("/")));
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
  });

  it("to a page while it is maintained", async () => {
    await using lb = await balancer({}, { maintenance: { body: "<p>back soon</p>" } });
    const answer = await fetch(`http://127.0.0.1:${lb.port}/`);
    assert.equal(answer.status, 503);
    assert.equal(await answer.text(), "<p>back soon</p>");
  });

  it("with X-Forwarded-For as it is told", async () => {
    const got = async (xForwardedFor: Attributes["xForwardedFor"]) => {
      seen = [];
      await using lb = await balancer({}, { xForwardedFor });
      await lb.ask("/", "X-Forwarded-For: 192.0.2.9");
      return seen[0]!.headers["x-forwarded-for"];
    };
    assert.equal(await got("append"), "192.0.2.9, 127.0.0.1");
    assert.equal(await got("preserve"), "192.0.2.9");
    assert.equal(await got("remove"), undefined);
  });

  it("without header fields that it is told to drop", async () => {
    await using lb = await balancer({}, { dropInvalidHeaderFields: true });
    assert.equal(statusOf(await lb.ask("/", "my_header: 1", "X-Good: 2")), 200);
    const { headers } = seen[0]!;
    assert.deepEqual([headers["my_header"], headers["x-good"]], [undefined, "2"]);
  });

  it("with what its desync mode lets through", async () => {
    const status = async (desyncMode: Attributes["desyncMode"], line: string) => {
      await using lb = await balancer({}, { desyncMode });
      return statusOf(await lb.ask("/", line));
    };
    assert.equal(await status("monitor", "X-A: b\r\n Content-Length: 4"), 200);
    assert.equal(await status("defensive", "X-A: b\r\n Content-Length: 4"), 400);
    assert.equal(await status("defensive", "X-A: b  c"), 200);
    assert.equal(await status("strictest", "X-A: b  c"), 400);
    assert.equal(await status("strictest", "X-A: b c"), 200);
  });
});
