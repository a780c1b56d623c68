import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { serviceStatus } from "../support/labStatus";

describe("the private subnet", function () {
  it("lets the load balancer reach the service", async function () {
    assert.equal(await serviceStatus("lb"), 200);
  });

  for (const from of ["pve", "app1", "db"]) {
    it(`refuses ${from} at the service's port`, async function () {
      assert.equal(await serviceStatus(from), 0);
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
