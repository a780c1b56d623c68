import assert from "node:assert/strict";
import type { Action, Listener, Rule, Transform } from "../../../../lib/haproxy/albTypes";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import { transformProblems } from "../../../../lib/haproxy/transforms";
import {
  askRaw,
  freePort,
  Haproxy,
  hasHaproxy,
  statusOf,
  TestTarget,
} from "../../../support/haproxy";

const forward: Action = { type: "forward", targetGroups: [{ name: "app" }] };
const all: Rule["conditions"] = [{ field: "path-pattern", values: ["*"] }];

describe("transforms of a rule", () => {
  const rule = (transforms: Transform[], action: Action = forward): Rule => ({
    ...{ priority: 1, conditions: all },
    action,
    transforms,
  });
  const problems = (regex: string, replace: string, type: Transform["type"] = "url-rewrite") =>
    transformProblems(rule([{ type, regex, replace }]));

  for (const [regex, replace] of [
    ["^/api/(.*)$", "/$1"],
    [String.raw`^/(\w+)/(\d+)\.html`, "/$2?kind=$1"],
    [String.raw`[^/"'#%$]+`, "x"],
    ["(a|b)+?c", "/$1"],
  ] as const) {
    it(`may be ${regex}`, () => assert.deepEqual(problems(regex, replace), []));
  }

  for (const regex of [
    "",
    "a b",
    "(",
    "a{2}",
    "(?i)a",
    "[[:alpha:]]",
    "[]a]",
    "\\1",
    "*",
    "[z-a]",
  ]) {
    it(`may not be ${JSON.stringify(regex)}`, () => {
      assert.match(
        problems(regex, "/").join(),
        /^has the regex .*; give a regular expression of 1/,
      );
    });
  }

  it("replace by what is given, and by groups that there are", () => {
    assert.deepEqual(problems("/a", "/b c"), [
      'replaces by "/b c"; give 1 to 128 letters, digits, ._~:@!*+,;=()&%/?-, and $1 to $9',
    ]);
    assert.deepEqual(problems("/(a)", "/$2"), [
      'replaces by "/$2"; its regex has 1 groups, name no others',
    ]);
    assert.equal(problems("a", "b/c", "host-header-rewrite").length, 1);
    assert.equal(problems("a", "").length, 1);
  });

  it("are one of each type, for requests that are forwarded", () => {
    const one: Transform = { type: "url-rewrite", regex: "a", replace: "b" };
    assert.deepEqual(transformProblems(rule([one, one])), [
      "has two transforms of one type; give one",
    ]);
    assert.deepEqual(transformProblems(rule([one], { type: "fixed-response", statusCode: 404 })), [
      "has transforms and does not forward; give it the action forward",
    ]);
  });
});

describe("HAProxy, where requests and clients have a way of their own,", function () {
  this.timeout(20_000);
  let seen: { target: string; url: string; host: string }[] = [];
  beforeEach(() => (seen = []));

  /** A load balancer with a target in each of the groups app, blue and green. */
  async function balancer(listener: Partial<Listener>) {
    const running: AsyncDisposable[] = [];
    const [port, statsPort] = [await freePort(), await freePort()];
    const targetOf = async (name: string) => {
      const target = await TestTarget.start((request, response) => {
        const { url = "", headers } = request;
        if (url !== "/healthz") seen.push({ target: name, url, host: headers.host ?? "" });
        response.end();
      });
      running.push(target);
      return { name, address: "127.0.0.1", port: target.port };
    };
    const text = renderConfig({
      ...{ listenerPort: port, statsAddress: "127.0.0.1", statsPort, profile: "plain" },
      targets: [await targetOf("app1")],
      targetGroups: [
        { name: "blue", targets: [await targetOf("blue")] },
        { name: "green", targets: [await targetOf("green")] },
      ],
      listeners: [{ port, protocol: "HTTP", ...listener }],
    });
    running.push(await Haproxy.start(text, port));
    const ask = (path: string, ...more: string[]) =>
      askRaw(port, [`GET ${path} HTTP/1.1`, "Host: app.lab", ...more, "", ""].join("\r\n"));
    const end = async () => {
      for (const one of running.reverse()) await one[Symbol.asyncDispose]();
    };
    return { ask, [Symbol.asyncDispose]: end };
  }

  before(function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
  });

  it("rewrites path and host of what a rule is for, and of nothing else", async () => {
    const transforms: Transform[] = [
      { type: "url-rewrite", regex: "^/api/v(\\d+)/(.*)$", replace: "/$2%20x?v=$1" },
      { type: "host-header-rewrite", regex: "^(\\w+)\\.lab$", replace: "$1.internal" },
    ];
    const conditions: Rule["conditions"] = [{ field: "path-pattern", values: ["/api/*"] }];
    await using lb = await balancer({
      rules: [{ priority: 1, conditions, action: forward, transforms }],
    });
    await lb.ask("/api/v2/a/b");
    await lb.ask("/other/api/v2/a");
    assert.deepEqual(seen, [
      { target: "app1", url: "/a/b%20x?v=2", host: "app.internal" },
      { target: "app1", url: "/other/api/v2/a", host: "app.lab" },
    ]);
  });

  it("forwards no request whose path is none any more", async () => {
    const transforms: Transform[] = [{ type: "url-rewrite", regex: "^/", replace: "x" }];
    await using lb = await balancer({
      rules: [{ priority: 1, conditions: all, action: forward, transforms }],
    });
    assert.equal(statusOf(await lb.ask("/a")), 500);
    assert.deepEqual(seen, []);
  });

  it("keeps a client with its target group, while the group has a weight", async () => {
    const weights = (blue: number, green: number): Partial<Listener> => ({
      defaultAction: {
        type: "forward",
        targetGroups: [
          { name: "blue", weight: blue },
          { name: "green", weight: green },
        ],
        stickinessSeconds: 60,
      },
    });
    await using lb = await balancer(weights(1, 1));
    const cookie = (answer: string) => /^set-cookie: (AWSALBTG=(\w+); .*?)\r?$/im.exec(answer);
    const [, whole, first] = cookie(await lb.ask("/")) ?? [];
    assert.match(whole ?? "", /^AWSALBTG=(blue|green); Max-Age=60; Path=\/; HttpOnly$/);
    for (let i = 0; i < 10; i++) await lb.ask("/", `Cookie: AWSALBTG=${first}`);
    assert.deepEqual([...new Set(seen.map(({ target }) => target))], [first]);

    await using after = await balancer(weights(0, 1));
    assert.equal(cookie(await after.ask("/", "Cookie: AWSALBTG=blue"))?.[2], "green");
    assert.equal(cookie(await after.ask("/", "Cookie: AWSALBTG=app"))?.[2], "green");
  });
});
