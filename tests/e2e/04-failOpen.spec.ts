import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { allHealthy, targetIs } from "../support/labStatus";

const names = ["app1", "app2", "app3"];

/** Says something to HAProxy's admin socket; it answers nothing when it has done it. */
async function tell(...words: string[]): Promise<void> {
  const line = `echo "${words.join("; ")}" | socat -t2 - UNIX-CONNECT:/run/haproxy/admin.sock`;
  const { stdout } = await labClone().ok(["exec", "lb", "--", "sh", "-c", line]);
  assert.equal(stdout.trim(), "");
}

const answer = async () =>
  (await labClone().ok(["exec", "lb", "--", "curl", "-si", "http://localhost/healthz"])).stdout;

describe("the load balancer without a healthy target", function () {
  this.timeout("2m");

  after(() => tell(...names.map((name) => `enable health app/${name}`)));

  it("says nothing of failing open while targets are healthy", async () => {
    assert.doesNotMatch(await answer(), /x-fail-open/i);
  });

  it("sends requests to all of them all the same, and says so", async () => {
    await tell(
      ...names.flatMap((name) => [
        `disable health app/${name}`,
        `set server app/${name} health down`,
      ]),
    );
    await targetIs("app1", "unhealthy", 10);
    for (const name of names) {
      const said = await answer();
      assert.match(said, /^HTTP\/1\.1 200/, name);
      assert.match(said, /^x-backend: app[123]\r$/im);
      assert.match(said, /^x-fail-open: true\r$/im);
    }
    const { stdout } = await labClone().ok(["status", "--json"]);
    const { loadBalancer } = JSON.parse(stdout) as { loadBalancer: { routing: string } };
    assert.equal(loadBalancer.routing, "fail-open");
  });

  it("goes back to checked targets once they pass", async () => {
    await tell(...names.map((name) => `enable health app/${name}`));
    await allHealthy(30);
    assert.doesNotMatch(await answer(), /x-fail-open/i);
  });
});

describe("the load balancer's metrics", function () {
  it("are refused without the user, and given to it", async () => {
    const output = (name: string) =>
      labClone().ok(["pulumi", "--", "stack", "output", name, "--show-secrets"]);
    const url = `${(await output("statsUrl")).stdout.trim()}metrics`;
    assert.equal((await fetch(url)).status, 401);
    const password = (await output("statsPassword")).stdout.trim();
    const user = Buffer.from(`admin:${password}`).toString("base64");
    const given = await fetch(url, { headers: { authorization: `Basic ${user}` } });
    assert.equal(given.status, 200);
    assert.match(
      await given.text(),
      /^haproxy_backend_redispatch_warnings_total\{proxy="app"\} \d/m,
    );
  });
});
