import assert from "node:assert/strict";
import { readLoadBalancer } from "../../../../lib/config/readLoadBalancer";

const context = { appNodes: ["app1", "app2"], profile: "tuned" as const };

function problemsOf(value: unknown): string[] {
  const problems: string[] = [];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  readLoadBalancer(text, context, problems);
  return problems;
}
const listener = (more: object) => ({ listeners: [{ port: 80, protocol: "HTTP", ...more }] });
const rule = (conditions: object[], action: object, priority = 1) =>
  listener({ rules: [{ priority, conditions, action }] });
const path = { field: "path-pattern", values: ["/x"] };
const toApp = { type: "forward", targetGroups: [{ name: "app" }] };

describe("the configuration key loadBalancer", () => {
  it("is the plain lab when it is not set", () => {
    const problems: string[] = [];
    assert.deepEqual(readLoadBalancer(undefined, context, problems), {});
    assert.deepEqual(readLoadBalancer("{}", context, problems), {});
    assert.deepEqual(problems, []);
  });

  it("takes listeners, groups of app nodes and attributes", () => {
    const value = {
      listeners: [
        {
          port: 80,
          protocol: "HTTP",
          defaultAction: { type: "redirect", statusCode: 301, protocol: "HTTPS" },
        },
        {
          port: 443,
          protocol: "HTTPS",
          domains: ["app.lab", "*.app.lab"],
          rules: [
            {
              priority: 10,
              conditions: [path],
              action: {
                type: "forward",
                targetGroups: [{ name: "blue", weight: 9 }, { name: "app" }],
              },
            },
          ],
        },
      ],
      targetGroup: { algorithm: "least_outstanding_requests" },
      targetGroups: [{ name: "blue", targets: ["app2"], stickiness: { type: "lb_cookie" } }],
      attributes: { idleTimeoutSeconds: 120, rateLimit: { requests: 100, seconds: 10 } },
      healthCheck: { intervalMs: 5000 },
      deregistrationDelaySeconds: 30,
    };
    const problems: string[] = [];
    assert.deepEqual(readLoadBalancer(JSON.stringify(value), context, problems), value);
    assert.deepEqual(problems, []);
  });

  const refusals: [unknown, string][] = [
    ["[", 'loadBalancer: is not valid, got "["; give it as an object'],
    [[], "loadBalancer: is []; give an object"],
    [
      { listener: [] },
      "loadBalancer.listener: is no key; there are listeners, targetGroup, targetGroups, healthCheck, " +
        "deregistrationDelaySeconds, attributes",
    ],
    [{ listeners: {} }, "loadBalancer.listeners: is {}; give a list"],
    [{ listeners: [{ port: 80 }] }, "loadBalancer.listeners[0].protocol: is missing; give it"],
    [
      { attributes: { idleTimeoutSeconds: "60" } },
      'loadBalancer.attributes.idleTimeoutSeconds: is "60"; give a number',
    ],
    [
      { attributes: { idleTimeoutSeconds: 4001 } },
      "loadBalancer: idleTimeoutSeconds is 4001; give 1 to 4000 seconds",
    ],
    [
      { attributes: { desyncMode: "off" } },
      'loadBalancer: desyncMode is "off"; choose monitor, defensive, strictest',
    ],
    [
      { targetGroup: { algorithm: "least_outstanding_requests", slowStartSeconds: 30 } },
      "loadBalancer: slowStartSeconds does not go with least_outstanding_requests; choose another algorithm or 0",
    ],
    [
      { targetGroup: { slowStartSeconds: 20 } },
      "loadBalancer: slowStartSeconds is 20; give 30 to 900 seconds, or 0",
    ],
    [
      { targetGroup: { matcher: "200-599" } },
      'loadBalancer: matcher is "200-599"; give status codes from 200 to 499 such as 200, 200-299 or 200,204',
    ],
    [
      { targetGroups: [{ name: "blue", targets: ["app9"] }] },
      'loadBalancer: target group blue: has the target "app9"; app nodes are app1, app2',
    ],
    [
      { deregistrationDelaySeconds: 3601 },
      "loadBalancer: deregistrationDelaySeconds is 3601; give 0 to 3600 whole seconds",
    ],
    [
      listener({ defaultAction: { type: "forward", targetGroups: [{ name: "green" }] } }),
      'loadBalancer: listener 80: the default action forwards to "green", which is no target group; there are app',
    ],
    [
      listener({ domains: ["app.lab"] }),
      "loadBalancer: listener 80: domains, sslPolicy, http2 and strictTransportSecuritySeconds are for HTTPS only; leave them out",
    ],
    [
      listener({ defaultAction: { type: "forward", targetGroups: [], stickinessSeconds: "1" } }),
      'loadBalancer.listeners[0].defaultAction.stickinessSeconds: is "1"; give a number',
    ],
    [
      listener({
        rules: [
          {
            priority: 1,
            conditions: [{ field: "path-pattern", values: ["*"] }],
            action: { type: "forward", targetGroups: [{ name: "app" }] },
            transforms: [{ type: "url-rewrite", regex: "(?:a)", replace: "b" }],
          },
        ],
      }),
      'loadBalancer: listener 80: rule 1 has the regex "(?:a)"; give a regular expression of 1 to 256 characters ' +
        "without spaces, { and (?, and with \\ before d, w, s and punctuation only",
    ],
    [
      listener({ protocol: "HTTPS", strictTransportSecuritySeconds: -1 }),
      "loadBalancer: listener 80: strictTransportSecuritySeconds is -1; give 0 to 63072000 seconds",
    ],
    [
      listener({ port: 8404 }),
      "loadBalancer: listenerPort is 8404, which is the stats page's; give another one",
    ],
    [
      rule([path], toApp, 0),
      "loadBalancer: listener 80: rule 0 has a priority out of range; give 1 to 50000",
    ],
    [rule([], toApp), "loadBalancer: listener 80: rule 1 has 0 conditions; give 1 to 5"],
    [
      rule([{ field: "source-ip", values: ["10.0.0.1"] }], toApp),
      'loadBalancer: listener 80: rule 1 has the source-ip "10.0.0.1"; give a subnet such as 10.0.0.0/8',
    ],
    [
      rule([path], { type: "forward", targetGroups: [{ name: "app", weight: 0 }] }),
      "loadBalancer: listener 80: rule 1 has no target group with a weight above 0; give one",
    ],
    [
      rule([path], { type: "redirect", statusCode: 301 }),
      "loadBalancer: listener 80: rule 1 redirects to where the request already is; change protocol, host, port, path or query",
    ],
    [
      rule([path], { type: "teapot" }),
      'loadBalancer.listeners[0].rules[0].action.type: is "teapot"; choose forward, redirect, fixed-response',
    ],
    [
      rule([path], { type: "fixed-response", statusCode: 302 }),
      "loadBalancer: listener 80: rule 1 answers with the status 302; give 200 to 299 or 400 to 599",
    ],
  ];
  for (const [value, problem] of refusals) {
    it(`refuses ${JSON.stringify(value).slice(0, 100)}`, () => {
      assert.deepEqual(problemsOf(value), [problem]);
    });
  }
});
