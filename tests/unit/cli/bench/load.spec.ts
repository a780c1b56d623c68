import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryScript, startBare, stopBare } from "../../../../cli/bench/bareHaproxy";
import { LOAD_SCRIPT, loadArguments, type LoadResult, median } from "../../../../cli/bench/load";

/** Runs the generator with this machine's Perl. */
function generate(args: string[]): Promise<{ code: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("perl", ["-", ...args], { stdio: ["pipe", "pipe", "ignore"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout }));
    child.stdin.end(LOAD_SCRIPT);
  });
}

describe("the load generator", () => {
  let server: Server;
  let asked = 0;
  let status = 200;
  const load = () => ({
    ways: [[`127.0.0.1:${(server.address() as AddressInfo).port}`]],
    path: "/healthz",
    connections: 50,
    rate: 100,
    seconds: 1,
  });
  before((done) => {
    server = createServer((request, response) => {
      asked++;
      response.statusCode = request.url === "/healthz" ? status : 404;
      response.end("ok");
    }).listen(0, "127.0.0.1", done);
  });
  beforeEach(() => ([asked, status] = [0, 200]));
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("sends as many as are due and counts each answer", async () => {
    const { stdout } = await generate(loadArguments(load()));
    const [result] = JSON.parse(stdout) as [LoadResult];
    assert.deepEqual([result.answered, result.failed, asked], [100, 0, 100]);
    assert.ok(result.p50 > 0 && result.p50 <= result.p99, stdout);
  });

  it("counts errors of the server as failures", async () => {
    status = 503;
    const { stdout } = await generate(loadArguments(load()));
    const [result] = JSON.parse(stdout) as [LoadResult];
    assert.deepEqual([result.answered, result.failed], [0, 100]);
  });

  it("asks several targets in turn", async () => {
    const counts = [0, 0];
    const servers = counts.map((_, i) =>
      createServer((_request, response) => response.end(String(counts[i]!++))).listen(0),
    );
    try {
      const targets = servers.map((s) => `127.0.0.1:${(s.address() as AddressInfo).port}`);
      await generate(loadArguments({ ...load(), ways: [targets] }));
      assert.deepEqual(counts, [50, 50]);
    } finally {
      for (const some of servers) some.close().closeAllConnections();
    }
  });

  it("asks the ways it compares for a quarter of a second each, and counts each by itself", async () => {
    const times: number[] = [];
    const other = createServer((_request, response) => {
      times.push(Date.now());
      response.statusCode = 503;
      response.end();
    }).listen(0);
    try {
      const way = [`127.0.0.1:${(other.address() as AddressInfo).port}`];
      const { stdout } = await generate(loadArguments({ ...load(), ways: [...load().ways, way] }));
      const results = JSON.parse(stdout) as LoadResult[];
      const counts = results.map(({ answered, failed, perSecond }) => [
        answered,
        failed,
        perSecond,
      ]);
      assert.deepEqual(counts, [
        [50, 0, 100],
        [0, 50, 0],
      ]);
      assert.deepEqual([asked, times.length], [50, 50]);
      const pause = times.findIndex((at, i) => at - times[i - 1]! > 200);
      assert.equal(pause, 25, "the other way has its turn after 25 requests");
    } finally {
      other.close().closeAllConnections();
    }
  });

  it("asks without pause at rate 0", async () => {
    const { stdout } = await generate(loadArguments({ ...load(), connections: 4, rate: 0 }));
    const [result] = JSON.parse(stdout) as [LoadResult];
    assert.equal(result.answered, asked);
    assert.ok(result.answered > 100, stdout);
  });

  it("fails where nobody listens", async () => {
    const { code, stdout } = await generate(loadArguments({ ...load(), ways: [["127.0.0.1:1"]] }));
    assert.notEqual(code, 0);
    assert.equal(stdout, "");
  });
});

describe("a benchmark", () => {
  it("takes the middle of several runs", () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([])], [2, 2.5, NaN]);
  });

  it("starts HAProxy bare with other ports only, and takes everything away again", () => {
    const script = startBare(110, [{ name: "app1", address: "10.10.10.11", port: 3000 }]);
    assert.match(script, /bind :80\$\/ {2}bind :18080\//);
    assert.match(script, /^listen least\n {2}bind :18081\n {2}no log\n/m);
    assert.match(script, /^ {2}server app1 10\.10\.10\.11:3000\nEOF$/m);
    assert.match(script, /setsid timeout 600 nsenter /);
    assert.match(stopBare(110, 42), /^kill 42 .*\n.* rm -f \/run\/homelab-bench\.cfg$/m);
  });

  it("gives the generators their arguments and nothing else", () => {
    const script = memoryScript(110, ["a;b", "80"], { generators: 4, connections: 2000 });
    assert.match(script, /perl -e "\$script" 'a;b' 80 >/);
    assert.match(
      script,
      /VmRSS:\[\^0-9\]\*\\\(\[0-9\]\*\\\)/,
      "sed's groups keep their backslashes",
    );
  });
});
