import assert from "node:assert/strict";
import { request } from "node:http";
import { type AwsServer, startAwsServer } from "../../../../cli/aws/server";
import { awsFacts } from "../../../support/awsFacts";

describe("AWS endpoint", () => {
  let server: AwsServer;
  let broken = false;

  before(async () => {
    const facts = () => {
      if (broken) throw new Error("the lab is gone");
      return awsFacts();
    };
    server = await startAwsServer({ port: 0, facts });
  });
  after(() => server.close());

  const ask = (
    headers: object = {},
    body = "Action=DescribeVpcs&Version=2016-11-15",
    method = "POST",
  ) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const call = request(server.url, { method, headers: { ...headers }, agent: false });
      call.on("error", reject);
      call.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, text }));
      });
      call.end(body);
    });

  it("answers on the loopback only", async () => {
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, text } = await ask();
    assert.equal(status, 200);
    assert.match(text, /<vpcSet><item><vpcId>vpc-/);
  });

  it("refuses another name in Host, and other sites", async () => {
    assert.equal((await ask({ host: "evil.example" })).status, 421);
    assert.equal((await ask({ origin: "http://evil.example" })).status, 403);
    const { status, text } = await ask({ "sec-fetch-site": "cross-site" });
    assert.equal(status, 403);
    assert.match(text, /<Code>AccessDenied<\/Code>/);
  });

  it("refuses what is no call, and what is larger than any", async () => {
    assert.equal((await ask({}, "", "GET")).status, 400);
    const { status, text } = await ask({}, "x".repeat(300_000));
    assert.equal(status, 413);
    assert.match(text, /RequestEntityTooLarge/);
  });

  it("says what is wrong inside, and goes on", async () => {
    broken = true;
    const { status, text } = await ask();
    broken = false;
    assert.equal(status, 500);
    assert.match(text, /<Code>InternalFailure<\/Code><Message>the lab is gone/);
    assert.equal((await ask()).status, 200);
  });

  it("is refused where the port is taken", async () => {
    const port = Number(new URL(server.url).port);
    const facts = () => awsFacts();
    await assert.rejects(startAwsServer({ port, facts }), /--port: \d+ is taken on 127\.0\.0\.1/);
  });
});
