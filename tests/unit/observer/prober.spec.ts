import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { accounts, latency } from "../../../observer/account";
import { startProber } from "../../../observer/prober";

describe("prober", () => {
  let server: Server;
  let url: string;
  let stalled = false;
  const connections = new Set<number>();

  before(async () => {
    server = createServer((request, response) => {
      connections.add(request.socket.remotePort!);
      response.setHeader("x-backend", "app1");
      if (request.method === "POST") response.statusCode = 503;
      setTimeout(() => response.end("ok"), stalled ? 300 : 0);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  after(() => server.close());

  it("keeps its rate while answers are slow, and loses sight of none", async () => {
    stalled = true;
    const prober = startProber({ url, rate: 100 });
    await sleep(500);
    const records = await prober.stop();
    stalled = false;
    const { GET } = accounts(records);
    assert.ok(GET.sent >= 40, `${GET.sent} sent`);
    assert.deepEqual([GET.ok, GET.pending], [GET.sent, 0]);
    assert.ok(latency(records).p50 >= 300);
  });

  it("keeps connections except for the share that shall be fresh, and names the target", async () => {
    connections.clear();
    const prober = startProber({ url, rate: 100, freshEvery: 10, postEvery: 5 });
    await sleep(400);
    const records = await prober.stop();
    const fresh = records.filter(({ connection }) => connection === "fresh").length;
    assert.ok(connections.size < records.length / 2 && connections.size > fresh);
    assert.equal(records[0]?.target, "app1");
    const { POST } = accounts(records);
    assert.equal(POST.failed, POST.sent);
  });

  it("mixes GET, HEAD and POST in fixed shares", async () => {
    const prober = startProber({ url, rate: 100, headEvery: 10, postEvery: 10 });
    await sleep(300);
    const records = (await prober.stop()).slice(0, 20);
    const at = (method: string) =>
      records.flatMap((record, index) => (record.method === method ? [index] : []));
    assert.deepEqual(
      [at("HEAD"), at("POST")],
      [
        [8, 18],
        [9, 19],
      ],
    );
  });

  it("calls a load balancer that is away a failure, with its reason", async () => {
    const prober = startProber({ url: "http://127.0.0.1:9/", rate: 50 });
    await sleep(100);
    const [first] = await prober.stop();
    assert.equal(first?.outcome, "failed");
    assert.match(first?.error ?? "", /ECONNREFUSED/);
  });
});
