import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { allHealthy, labStatus, targetIs } from "../support/labStatus";

/** Which targets answered `count` requests from inside the load balancer's CT, sorted and unique. */
async function answering(count: number): Promise<string[]> {
  const loop = `for i in $(seq ${count}); do curl -sI http://localhost/ | grep -i "^x-backend:"; done`;
  const { stdout } = await labClone().ok(["exec", "lb", "--", "bash", "-c", loop]);
  const names = stdout.match(/app\d+/g) ?? [];
  assert.equal(names.length, count, stdout);
  return [...new Set(names)].sort();
}

describe("the load balancer", function () {
  it("gives each of three targets four of twelve requests", async function () {
    const { stdout } = await labClone().ok(["verify", "-n", "12", "--json"]);
    const verdict = JSON.parse(stdout) as { even: boolean; counts: Record<string, number> };
    assert.equal(verdict.even, true, stdout);
    assert.deepEqual(verdict.counts, { app1: 4, app2: 4, app3: 4 });
  });

  it("spreads 300 requests exactly, over two of three while one is drained, and over all again", async function () {
    this.timeout("2m");
    const { stdout } = await labClone().ok(["experiment", "round-robin", "--json"]);
    const { expectations } = JSON.parse(stdout) as { expectations: { measured: string }[] };
    const counts = expectations.map(({ measured }) => measured.match(/app\d \d+/g)?.length);
    assert.deepEqual(counts, [3, 2, 3], stdout);
  });

  it("tells programs what it is", async function () {
    const { stdout } = await labClone().ok(["status", "--json"]);
    const status = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    const keys = (value: unknown) => Object.keys(value as object).sort();
    const has = (value: unknown, wanted: string) =>
      assert.deepEqual(
        wanted.split(" ").filter((key) => !keys(value).includes(key)),
        [],
        stdout,
      );
    has(status, "url localUrl loadBalancer targets database budget");
    has(status.loadBalancer, "name vmid lanAddress privateAddress");
    has(status.targets![0], "name vmid address port storageDriver state reason");
    has(status.database, "name vmid address port state");
    const info = JSON.parse((await labClone().ok(["pve", "info", "--json"])).stdout) as unknown;
    has(info, "apiUrl caFile user password tokenId tokenSecret node storage template lanBridge");
    has(info, "privateBridge sshHost sshPort sshUser sshKeyFile knownHostsFile");
  });

  it("rotates over the targets in the original loop inside its CT", async function () {
    const loop = 'for i in {1..12}; do curl -sI http://localhost/ | grep -i "^x-backend:"; done';
    const { stdout } = await labClone().ok(["exec", "lb", "--", "bash", "-c", loop]);
    const names = stdout.match(/app\d/g) ?? [];
    assert.equal(names.length, 12, stdout);
    // The order is the one in which targets became healthy; it stays the same round after round.
    const round = names.slice(0, 3);
    assert.deepEqual([...round].sort(), ["app1", "app2", "app3"]);
    const expected = [...round, ...round, ...round, ...round];
    assert.deepEqual(names, expected);
  });

  it("answers on the machine's loopback", async function () {
    const { localUrl } = await labStatus();
    const answer = await fetch(localUrl, { headers: { accept: "application/json" } });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("x-backend") ?? "", /^app[123]$/);
  });

  it("counts visits in PostgreSQL across the targets", async function () {
    const count = async () => {
      const get = ["exec", "lb", "--", "curl", "-s", "http://localhost/api"];
      const { stdout } = await labClone().ok(get);
      return JSON.parse(stdout) as { node: string; database: string; counter: { total: number } };
    };
    const [first, second] = [await count(), await count()];
    assert.equal(first.database, "up");
    assert.notEqual(first.node, second.node);
    assert.ok(second.counter.total > first.counter.total, JSON.stringify({ first, second }));
  });

  it("removes a target whose service was killed and takes it back once it runs", async function () {
    this.timeout("3m");
    // `docker kill` counts as stopped by hand, so `restart: unless-stopped` does not undo it.
    await labClone().ok(["exec", "app2", "--", "docker", "kill", "web"]);
    await targetIs("app2", "unhealthy", 30);
    assert.deepEqual(await answering(12), ["app1", "app3"]);
    await labClone().ok(["exec", "app2", "--", "docker", "start", "web"]);
    await allHealthy(60);
    assert.deepEqual(await answering(12), ["app1", "app2", "app3"]);
  });
});
