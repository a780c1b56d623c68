import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { accounts, latency, losses, p99OfAll } from "../../../observer/account";
import { accountedFor, limit } from "../../../observer/expectations";
import {
  type Clock,
  dueWithin,
  type ProbeRecord,
  startProber,
  type ProberOptions,
} from "../../../observer/prober";

/** Time that goes on when a test says so. */
function handClock() {
  let time = 1_000_000;
  const works = new Set<() => void>();
  const clock: Clock = {
    now: () => time,
    every(_ms, work) {
      works.add(work);
      return () => works.delete(work);
    },
  };
  return {
    clock,
    /** Lets time pass, with the prober at work or, as a busy process, without. */
    pass: (ms: number, { busy = false } = {}): void => {
      if (busy) {
        time += ms;
        return;
      }
      for (let i = 0; i < ms; i++) {
        time++;
        for (const work of works) work();
      }
    },
  };
}

describe("prober", () => {
  let server: Server;
  let url: string;
  let stalled = false;
  const held: (() => void)[] = [];
  const connections = new Set<number>();

  before(async () => {
    server = createServer((request, response) => {
      connections.add(request.socket.remotePort!);
      if (request.url !== "/nobody") response.setHeader("x-backend", "app1");
      response.statusCode = statusFor(request.method, request.url);
      if (stalled) held.push(() => response.end("ok"));
      else response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  after(() => server.close());

  /** Runs a prober for so long, in time of its own. */
  async function probed(options: Omit<ProberOptions, "url"> & { path?: string }, ms: number) {
    const { clock, pass } = handClock();
    const prober = startProber({ ...options, url: new URL(options.path ?? "/", url).href, clock });
    pass(ms);
    return prober.stop();
  }

  it("keeps its rate while answers are slow, loses sight of none, and counts from when they were due", async () => {
    stalled = true;
    const { clock, pass } = handClock();
    const prober = startProber({ url, rate: 100, clock });
    pass(500);
    const stopping = prober.stop();
    while (held.length < 51) await new Promise((resolve) => setImmediate(resolve));
    stalled = false;
    pass(300);
    for (const answer of held) answer();
    const records = await stopping;
    const { GET } = accounts(records);
    assert.deepEqual([GET.sent, GET.ok, GET.pending], [51, 51, 0]);
    assert.equal(latency(records).p50, 550);
  });

  it("sends what was due while its process was busy, also right before it is stopped", async () => {
    const { clock, pass } = handClock();
    const prober = startProber({ url, rate: 200, clock });
    pass(1000);
    pass(500, { busy: true });
    const records = await prober.stop();
    assert.equal(records.length, dueWithin(1500, 200));
    pass(1000);
    assert.equal(prober.due(), 301);
    assert.equal(accountedFor(accounts(records), prober.due()).pass, true);
    assert.equal(records.at(-1)!.dueAt - records[0]!.dueAt, 1500);
  });

  it("is not accounted for when fewer were sent than were due", () => {
    const ok = { method: "GET", outcome: "ok" } as ProbeRecord;
    const judged = accountedFor(accounts([ok]), 2);
    assert.equal(judged.pass, false);
    assert.match(judged.measured, /; 2 were due, 1 were sent$/);
  });

  it("has a percentile for bars that no loss betters", () => {
    const ok = { method: "GET", outcome: "ok", dueAt: 0, doneAt: 5 } as ProbeRecord;
    const lost = { ...ok, outcome: "failed", doneAt: 1, reused: true } as ProbeRecord;
    const some = (count: number) => [
      ...Array<ProbeRecord>(200 - count).fill(ok),
      ...Array<ProbeRecord>(count).fill(lost),
    ];
    assert.deepEqual([p99OfAll(some(2)), p99OfAll(some(3))], [5, Infinity]);
    assert.equal(latency(some(3)).p99, 5);
    assert.equal(limit("p99", p99OfAll(some(3)), 100).pass, false);
    assert.equal(losses(some(1), 0)[0]?.reused, true);
  });

  it("keeps connections except for the share that shall be fresh, and names the target", async () => {
    connections.clear();
    const records = await probed({ rate: 100, freshEvery: 10, postEvery: 5 }, 400);
    assert.equal(records.filter(({ connection }) => connection === "fresh").length, 4);
    assert.equal(records[0]?.target, "app1");
    const { POST } = accounts(records);
    assert.equal(POST.failed, POST.sent);
  });

  it("mixes GET, HEAD and POST in fixed shares", async () => {
    const records = (await probed({ rate: 100, headEvery: 10, postEvery: 10 }, 300)).slice(0, 20);
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

  it("counts an answer of no target, and an error of one, as a failure", async () => {
    const [nobody] = await probed({ rate: 10, path: "/nobody" }, 10);
    assert.deepEqual([nobody?.outcome, nobody?.error], ["failed", "status 200 of no target"]);
    const [refused] = await probed({ rate: 10, path: "/forbidden" }, 10);
    assert.deepEqual([refused?.outcome, refused?.error], ["failed", "status 403"]);
  });

  it("hands records over as they end and keeps none, when somebody takes them", async () => {
    const taken: ProbeRecord[] = [];
    const prober = startProber({ url, rate: 50, onEnd: (record) => taken.push(record) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await prober.stop(), []);
    assert.equal(taken.length, prober.due());
    assert.ok(taken.length >= 5 && taken.every(({ outcome }) => outcome === "ok"));
  });

  it("calls a load balancer that is away a failure, with its reason", async () => {
    const [first] = await probed({ rate: 50, path: "http://127.0.0.1:9/" }, 20);
    assert.equal(first?.outcome, "failed");
    assert.match(first?.error ?? "", /ECONNREFUSED/);
  });
});

/** What the server of these tests answers. */
function statusFor(method = "", path = ""): number {
  if (method === "POST") return 503;
  return path === "/forbidden" ? 403 : 200;
}
