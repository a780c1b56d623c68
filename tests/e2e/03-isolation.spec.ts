import assert from "node:assert/strict";
import { labClone } from "../support/labClone";

/** The HTTP status of app2's service as seen from `from`; 0 where nothing answers within 3 s. */
async function statusFrom(from: string): Promise<number> {
  const url = "http://10.10.10.12:3000/healthz";
  const curl = ["curl", "-m", "3", "-s", "-o", "/dev/null", "-w", "%{http_code}", url];
  const { stdout } = await labClone().run(["exec", from, "--", ...curl]);
  assert.match(stdout.trim(), /^\d{3}$/, `curl did not run in ${from}`);
  return Number(stdout);
}

describe("the private subnet", function () {
  it("lets the load balancer reach the service", async function () {
    assert.equal(await statusFrom("lb"), 200);
  });

  for (const from of ["pve", "app1", "db"]) {
    it(`refuses ${from} at the service's port`, async function () {
      assert.equal(await statusFrom(from), 0);
    });
  }

  it("has the two DOCKER-USER rules first and in order on every app node", async function () {
    for (const name of ["app1", "app2", "app3"]) {
      const { stdout } = await labClone().ok(["exec", name, "--", "iptables", "-S", "DOCKER-USER"]);
      const rules = stdout.split("\n").filter((line) => line.startsWith("-A"));
      const match = "-p tcp -m conntrack --ctstate NEW --ctorigdstport 3000";
      assert.deepEqual(
        rules.slice(0, 2).map((r) => r.split(/\s+/).sort()),
        [
          `-A DOCKER-USER -s 10.10.10.10/32 ${match} -j ACCEPT`,
          `-A DOCKER-USER ${match} -j DROP`,
        ].map((r) => r.split(" ").sort()),
        stdout,
      );
      const jump = await labClone().ok(["exec", name, "--", "iptables", "-S", "FORWARD"]);
      const forward = jump.stdout.split("\n").filter((line) => line.startsWith("-A"));
      assert.equal(forward[0], "-A FORWARD -j DOCKER-USER");
    }
  });
});
