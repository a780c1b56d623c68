import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALB_NAMESPACE } from "../../../../observer/aws/cloudwatch/balancerMetrics";
import { MetricStore } from "../../../../observer/aws/cloudwatch/metricStore";
import { answerTo } from "../../../../observer/aws/endpoint";
import { loadBalancerId, targetGroupArn } from "../../../../observer/aws/names";
import { readCbor } from "../../../../observer/aws/wire/cborReader";
import { cborOf } from "../../../../observer/aws/wire/cborWriter";
import { awsFacts } from "../../../support/awsFacts";

/** What boto3 really sent; recordCalls.py writes the file. */
interface Recorded {
  boto3: string;
  calls: { call: string; path: string; headers: Record<string, string>; body: string }[];
}
const file = join(__dirname, "recordedCalls.json");
const { calls } = JSON.parse(readFileSync(file, "utf8")) as Recorded;

const metrics = new MetricStore();
const lab = awsFacts({ metrics });
const dimensions = { LoadBalancer: loadBalancerId(lab) };
const requests = { namespace: ALB_NAMESPACE, name: "RequestCount", dimensions };
metrics.count(requests, Date.parse("2026-01-01T00:01:30Z"), 7);

function answer(call: string): { status: number; text: string; type: string } {
  const found = calls.find((one) => one.call === call)!;
  const body = Buffer.from(found.body, "base64")
    .toString("utf8")
    .replace("TARGETGROUP", encodeURIComponent(targetGroupArn(lab, "app")))
    .replace("LOADBALANCER", dimensions.LoadBalancer);
  const http = { method: "POST", path: `/${found.path}`, headers: found.headers };
  const {
    status,
    headers,
    body: bytes,
  } = answerTo({ ...http, body: Buffer.from(body) }, lab, "id");
  return { status, text: bytes.toString("utf8"), type: headers["content-type"]! };
}

describe("calls that boto3 was recorded to make", () => {
  it("are answered, every one", () => {
    for (const { call } of calls) assert.equal(answer(call).status, 200, call);
    assert.ok(calls.length >= 11);
  });

  it("get the query protocol's frame around the result", () => {
    const { text, type } = answer("sts.get_caller_identity");
    assert.equal(type, "text/xml");
    assert.equal(
      text,
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        "<UserId>AIDAHOMELAB</UserId><Account>000000000000</Account>" +
        "<Arn>arn:aws:iam::000000000000:user/homelab</Arn></GetCallerIdentityResult>" +
        "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
    );
  });

  it("find the target that is unhealthy, and only the one that is asked for", () => {
    const { text } = answer("elbv2.describe_target_health");
    assert.equal(text.match(/<State>/g)?.length, 1);
    assert.match(text, /<Id>i-0+112<\/Id>.*<State>unhealthy<\/State>/);
  });

  it("filter: of EC2's variant, and of RDS's", () => {
    const { text } = answer("ec2.describe_instances");
    assert.equal(text.match(/<instanceId>/g)?.length, 2);
    assert.match(
      text,
      /^<\?xml.*\n<DescribeInstancesResponse xmlns="[^"]+"><requestId>id<\/requestId>/,
    );
    assert.match(
      answer("rds.describe_db_instances").text,
      /<DBInstances><DBInstance><DBInstanceId/,
    );
  });

  it("get JSON where they speak JSON, with times in seconds", () => {
    const { text } = answer("cloudwatch.get_metric_data");
    const { MetricDataResults } = JSON.parse(text) as { MetricDataResults: unknown[] };
    const at = Date.parse("2026-01-01T00:01:00Z") / 1000;
    assert.deepEqual(MetricDataResults, [
      {
        Id: "requests",
        Label: "RequestCount",
        Timestamps: [at],
        Values: [7],
        StatusCode: "Complete",
      },
    ]);
    assert.match(answer("cloudwatch.list_metrics").text, /"MetricName":"RequestCount"/);
  });
});

describe("the same calls in other protocols", () => {
  const post = (path: string, headers: Record<string, string>, body: Buffer) =>
    answerTo({ method: "POST", path, headers, body }, lab, "id");
  const cloudwatch = "/service/GraniteServiceVersion20100801/operation/";
  const smithy = { "smithy-protocol": "rpc-v2-cbor" };
  const query = (body: string) => post("/", {}, Buffer.from(body));

  it("are answered in CBOR", () => {
    const body = cborOf({ Namespace: ALB_NAMESPACE });
    const found = post(`${cloudwatch}ListMetrics`, smithy, body);
    assert.equal(found.headers["smithy-protocol"], "rpc-v2-cbor");
    const { Metrics } = readCbor(found.body) as { Metrics: { MetricName: string }[] };
    assert.deepEqual(
      Metrics.map(({ MetricName }) => MetricName),
      ["RequestCount"],
    );
  });

  it("are refused in the protocol's own shape", () => {
    const found = post(`${cloudwatch}PutMetricData`, smithy, cborOf({}));
    assert.equal(found.status, 400);
    assert.equal(found.headers["x-amzn-query-error"], "InvalidAction;Sender");
    assert.equal((readCbor(found.body) as { __type: string }).__type, "InvalidAction");
    const xml = query("Action=DeleteLoadBalancer&Version=2015-12-01").body.toString();
    assert.match(
      xml,
      /^<\?xml.*\n<ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidAction<\/Code>/,
    );
    const ec2 = query("Action=RunInstances&Version=2016-11-15").body.toString();
    assert.match(ec2, /<Response><Errors><Error><Code>InvalidAction<\/Code>/);
  });

  it("are refused when they call nothing, or what every object has", () => {
    for (const body of [
      "",
      "Action=X",
      "Action=constructor&Version=2015-12-01",
      "Version=2015-12-01",
    ]) {
      assert.equal(query(body).status, 400, body);
    }
    assert.equal(post("/", { "x-amz-target": "Other.ListMetrics" }, Buffer.from("{}")).status, 400);
    const target = { "x-amz-target": "GraniteServiceVersion20100801.ListMetrics" };
    for (const body of ["{", "[]", "null", "1"]) {
      assert.equal(post("/", target, Buffer.from(body)).status, 400, body);
    }
    assert.equal(post(`${cloudwatch}ListMetrics`, smithy, Buffer.from("ff", "hex")).status, 400);
  });
});
