import assert from "node:assert/strict";
import type { AwsFacts } from "../../../../observer/aws/facts";
import { SERVICES } from "../../../../observer/aws/services";
import type { Input } from "../../../../observer/aws/wire/query";
import { awsFacts, shown } from "../../../support/awsFacts";

const actions = SERVICES.find(({ name }) => name === "elbv2")!.actions;
const ask = (action: string, input: Input = {}, lab: AwsFacts = awsFacts()) =>
  shown(actions[action]!(input, lab));

const listeners = [
  {
    port: 80,
    protocol: "HTTP",
    rules: [
      {
        priority: 20,
        conditions: [{ field: "host-header", values: ["old.lab"] }],
        action: { type: "redirect", statusCode: 301, protocol: "HTTPS", host: "app.lab" },
      },
      {
        priority: 10,
        conditions: [
          { field: "path-pattern", values: ["/api/*"] },
          { field: "http-header", name: "X-Beta", values: ["1"] },
        ],
        action: {
          type: "forward",
          targetGroups: [{ name: "app", weight: 9 }, { name: "canary" }],
        },
      },
    ],
    defaultAction: { type: "fixed-response", statusCode: 404, body: "no" },
  },
  { port: 443, protocol: "HTTPS" },
];
const config = {
  loadBalancer: JSON.stringify({
    listeners,
    targetGroups: [{ name: "canary", targets: ["app3"], matcher: "200,204" }],
    attributes: { idleTimeoutSeconds: 120 },
    targetGroup: { stickiness: { type: "app_cookie", cookieName: "SID" } },
  }),
};
const rich = () => awsFacts({ config });
const arnOf = (lab: AwsFacts) =>
  ask("DescribeLoadBalancers", {}, lab).LoadBalancers![0].LoadBalancerArn;
const groupArn = (lab: AwsFacts, name = "app") =>
  ask("DescribeTargetGroups", { Names: [name] }, lab).TargetGroups![0].TargetGroupArn;

describe("elbv2", () => {
  it("describes the load balancer, and says that it failed when HAProxy does not answer", () => {
    const [one] = ask("DescribeLoadBalancers").LoadBalancers!;
    assert.equal(one.LoadBalancerName, "lb");
    assert.equal(one.DNSName, "172.20.0.10");
    assert.match(
      one.LoadBalancerArn,
      /^arn:aws:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/app\/lb\/[0-9a-f]{16}$/,
    );
    assert.deepEqual(one.State, { Code: "active" });
    const [away] = ask("DescribeLoadBalancers", {}, awsFacts({ stats: undefined })).LoadBalancers!;
    assert.deepEqual(away.State, { Code: "failed", Reason: "HAProxy does not answer" });
  });

  it("tells which target is anomalous, in a group that mitigates anomalies only", () => {
    const [first] = ask(
      "DescribeTargetHealth",
      { TargetGroupArn: groupArn(rich()) },
      rich(),
    ).TargetHealthDescriptions!;
    assert.equal(first.AnomalyDetection, undefined);
    const targetGroup = { algorithm: "weighted_random", anomalyMitigation: true };
    const weights: AwsFacts["weights"] = [
      {
        ...{ group: "app", target: "app2", weight: 1, full: 100, owner: "anomaly" },
        ...{ since: 0, reason: "48 % errors" },
      },
      { group: "app", target: "app3", weight: 50, full: 100, owner: "operator", since: 0 },
    ];
    const lab = {
      ...awsFacts({ config: { loadBalancer: JSON.stringify({ targetGroup }) } }),
      weights,
    };
    const input = { TargetGroupArn: groupArn(lab) };
    const normal = { Result: "normal", MitigationInEffect: "no" };
    assert.deepEqual(
      ask("DescribeTargetHealth", input, lab).TargetHealthDescriptions!.map(
        (one: { AnomalyDetection: unknown }) => one.AnomalyDetection,
      ),
      [normal, { Result: "anomalous", MitigationInEffect: "yes" }, normal],
    );
    const { Attributes } = ask("DescribeTargetGroupAttributes", input, lab);
    const on = { Key: "load_balancing.algorithm.anomaly_mitigation", Value: "on" };
    assert.deepEqual(
      Attributes!.find(({ Key }: { Key: string }) => Key === on.Key),
      on,
    );
  });

  it("tells each target's state with AWS's reason and HAProxy's words", () => {
    const lab = awsFacts();
    const found = ask("DescribeTargetHealth", { TargetGroupArn: groupArn(lab) }, lab);
    assert.deepEqual(
      found.TargetHealthDescriptions!.map(({ Target, TargetHealth }) => [
        Target.Id,
        TargetHealth.State,
        TargetHealth.Reason,
      ]),
      [
        ["i-00000000000000111", "healthy", undefined],
        ["i-00000000000000112", "unhealthy", "Target.FailedHealthChecks"],
        ["i-00000000000000113", "draining", "Target.DeregistrationInProgress"],
      ],
    );
    const { Description } = found.TargetHealthDescriptions![1].TargetHealth;
    assert.equal(Description, "Health checks failed (HAProxy: DOWN L4CON refused)");
  });

  it("says unused of a target that is not registered, and unavailable while HAProxy is away", () => {
    const lab = awsFacts();
    const input = { TargetGroupArn: groupArn(lab), Targets: [{ Id: "i-00000000000000999" }] };
    const [other] = ask("DescribeTargetHealth", input, lab).TargetHealthDescriptions!;
    assert.deepEqual(other.TargetHealth.State, "unused");
    const away = awsFacts({ stats: undefined });
    const all = ask("DescribeTargetHealth", { TargetGroupArn: groupArn(away) }, away);
    for (const { TargetHealth } of all.TargetHealthDescriptions!) {
      assert.equal(TargetHealth.State, "unavailable");
      assert.equal(TargetHealth.Reason, "Elb.InternalError");
    }
  });

  it("reads the health of a further target group from its own lines", () => {
    const lab = rich();
    const input = { TargetGroupArn: groupArn(lab, "canary") };
    const [app3] = ask("DescribeTargetHealth", input, lab).TargetHealthDescriptions!;
    assert.equal(app3.TargetHealth.State, "unused");
    const row = { pxname: "canary", svname: "app3", status: "UP", check_status: "L7OK" };
    const seen = awsFacts({ config, stats: [row] });
    const [now] = ask("DescribeTargetHealth", input, seen).TargetHealthDescriptions!;
    assert.deepEqual(now.TargetHealth, { State: "healthy" });
  });

  it("describes target groups with the check that is in force", () => {
    const { TargetGroups } = ask(
      "DescribeTargetGroups",
      {},
      awsFacts({ config: { ...config, lbProfile: "alb-default" } }),
    );
    const [app, canary] = TargetGroups!;
    assert.deepEqual(
      [app.HealthCheckIntervalSeconds, app.HealthyThresholdCount, app.UnhealthyThresholdCount],
      [30, 5, 2],
    );
    assert.deepEqual(canary.Matcher, { HttpCode: "200,204" });
  });

  it("describes rules in the order in which they are tried, the default one last", () => {
    const lab = rich();
    const found = ask("DescribeListeners", { LoadBalancerArn: arnOf(lab) }, lab).Listeners!;
    assert.deepEqual(
      found.map(({ Port, Protocol, SslPolicy }) => [Port, Protocol, SslPolicy]),
      [
        [80, "HTTP", undefined],
        [443, "HTTPS", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"],
      ],
    );
    const { Rules } = ask("DescribeRules", { ListenerArn: found[0].ListenerArn }, lab);
    assert.deepEqual(
      Rules!.map(({ Priority }) => Priority),
      ["10", "20", "default"],
    );
    const [forward, redirect, last] = Rules!;
    assert.deepEqual(
      forward.Actions[0].ForwardConfig.TargetGroups.map(({ Weight }: { Weight: number }) => Weight),
      [9, 1],
    );
    assert.deepEqual(forward.Conditions[1].HttpHeaderConfig, {
      HttpHeaderName: "X-Beta",
      Values: ["1"],
    });
    const { Protocol, Port, Host, Path, StatusCode } = redirect.Actions[0].RedirectConfig;
    assert.deepEqual(
      [Protocol, Port, Host, Path, StatusCode],
      ["HTTPS", "443", "app.lab", "/#{path}", "HTTP_301"],
    );
    assert.equal(last.Actions[0].FixedResponseConfig.StatusCode, "404");
    const one = ask("DescribeRules", { RuleArns: [redirect.RuleArn] }, lab).Rules!;
    assert.deepEqual(one, [redirect]);
  });

  it("says for how long clients stay with a group, and what is rewritten", () => {
    const transforms = [
      { type: "url-rewrite", regex: "^/v1/(.*)", replace: "/$1" },
      { type: "host-header-rewrite", regex: "^old", replace: "new" },
    ];
    const action = { type: "forward", targetGroups: [{ name: "app" }], stickinessSeconds: 600 };
    const conditions = [{ field: "path-pattern", values: ["/v1/*"] }];
    const rules = [{ priority: 1, conditions, action, transforms }];
    const loadBalancer = JSON.stringify({ listeners: [{ port: 80, protocol: "HTTP", rules }] });
    const lab = awsFacts({ config: { loadBalancer } });
    const [listener] = ask("DescribeListeners", { LoadBalancerArn: arnOf(lab) }, lab).Listeners!;
    const { Rules } = ask("DescribeRules", { ListenerArn: listener.ListenerArn }, lab);
    const [rule, last] = Rules!;
    const sticky = ({ Actions }: typeof rule) =>
      Actions[0].ForwardConfig.TargetGroupStickinessConfig;
    assert.deepEqual(sticky(rule), { Enabled: true, DurationSeconds: 600 });
    assert.equal(sticky(last).Enabled, false);
    assert.deepEqual(rule.Transforms, [
      {
        Type: "url-rewrite",
        UrlRewriteConfig: { Rewrites: [{ Regex: "^/v1/(.*)", Replace: "/$1" }] },
      },
      {
        Type: "host-header-rewrite",
        HostHeaderRewriteConfig: { Rewrites: [{ Regex: "^old", Replace: "new" }] },
      },
    ]);
    assert.equal(last.Transforms, undefined);
  });

  it("has attributes as they are set", () => {
    const lab = rich();
    const value = (list: { Key: string; Value: string }[], key: string) =>
      list.find(({ Key }) => Key === key)?.Value;
    const own = ask(
      "DescribeLoadBalancerAttributes",
      { LoadBalancerArn: arnOf(lab) },
      lab,
    ).Attributes!;
    assert.equal(value(own, "idle_timeout.timeout_seconds"), "120");
    const group = ask(
      "DescribeTargetGroupAttributes",
      { TargetGroupArn: groupArn(lab) },
      lab,
    ).Attributes!;
    assert.equal(value(group, "stickiness.app_cookie.cookie_name"), "SID");
    assert.equal(value(group, "deregistration_delay.timeout_seconds"), "10");
  });

  it("pages, and every page has what the one before has not", () => {
    const lab = rich();
    const first = ask("DescribeTargetGroups", { PageSize: "1" }, lab);
    const second = ask("DescribeTargetGroups", { PageSize: "1", Marker: first.NextMarker }, lab);
    assert.deepEqual(
      [first, second].map(({ TargetGroups }) => TargetGroups![0].TargetGroupName),
      ["app", "canary"],
    );
    assert.equal(second.NextMarker, undefined);
  });

  it("refuses names and ARNs that nothing has, each with AWS's code", () => {
    const cases: [string, Input, string][] = [
      ["DescribeLoadBalancers", { Names: ["x"] }, "LoadBalancerNotFound"],
      ["DescribeLoadBalancers", { LoadBalancerArns: ["arn:x"] }, "LoadBalancerNotFound"],
      ["DescribeTargetGroups", { Names: ["app", "x"] }, "TargetGroupNotFound"],
      ["DescribeTargetGroups", { LoadBalancerArn: "arn:x" }, "LoadBalancerNotFound"],
      ["DescribeTargetHealth", { TargetGroupArn: "arn:x" }, "TargetGroupNotFound"],
      ["DescribeTargetHealth", {}, "ValidationError"],
      ["DescribeListeners", {}, "ValidationError"],
      ["DescribeListeners", { ListenerArns: ["arn:x"] }, "ListenerNotFound"],
      ["DescribeRules", { RuleArns: ["arn:x"] }, "RuleNotFound"],
      ["DescribeRules", { ListenerArn: "arn:x" }, "ListenerNotFound"],
      ["DescribeLoadBalancerAttributes", { LoadBalancerArn: "arn:x" }, "LoadBalancerNotFound"],
      ["DescribeTargetGroupAttributes", { TargetGroupArn: "arn:x" }, "TargetGroupNotFound"],
      ["DescribeTags", { ResourceArns: ["arn:aws:x:1:2:loadbalancer/x"] }, "LoadBalancerNotFound"],
      ["DescribeTags", { ResourceArns: [] }, "ValidationError"],
      ["DescribeTags", { ResourceArns: ["arn:aws:x:1:2:targetgroup/x"] }, "TargetGroupNotFound"],
      ["DescribeTargetGroups", { PageSize: "0" }, "ValidationError"],
      ["DescribeTargetGroups", { Marker: "x" }, "ValidationError"],
    ];
    for (const [action, input, code] of cases) {
      assert.throws(() => ask(action, input), { code }, `${action} ${JSON.stringify(input)}`);
    }
  });
});
