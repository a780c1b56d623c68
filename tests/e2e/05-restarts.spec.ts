import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { boxOf, restartBox } from "../support/box";
import { dockerIsOurs, restartDocker } from "../support/machineDocker";
import { allHealthy, serviceStatus } from "../support/labStatus";

describe("after a restart", function () {
  this.timeout("6m");

  it("of an app node's CT the target returns and the subnet is closed", async function () {
    await labClone().ok(["exec", "pve", "--", "pct", "reboot", "112"]);
    await allHealthy(90);
    await refusedFrom("app1");
    await isClosed();
  });

  it("of Docker on an app node the target returns and the subnet is closed", async function () {
    await labClone().ok(["exec", "app2", "--", "systemctl", "restart", "docker"]);
    await allHealthy(90);
    await refusedFrom("app1");
    await isClosed();
  });

  it("of the whole node every CT returns and the subnet is closed", async function () {
    await restartBox(boxOf(labClone().root));
    await allHealthy(180);
    await refusedFrom("pve");
    await refusedFrom("app1");
    await isClosed();
    await labClone().ok(["verify"]);
  });

  // Elsewhere it would take others' containers away; a restart of the node is the same to the lab.
  if (dockerIsOurs()) {
    it("of the machine's Docker every CT returns and the subnet is closed", async function () {
      await restartDocker();
      await allHealthy(180);
      await refusedFrom("pve");
      await refusedFrom("app1");
      await isClosed();
      await labClone().ok(["verify"]);
    });
  } else console.log("    left out, for others use it too: a restart of the machine's Docker");

  it("a second up changes nothing", async function () {
    const up = await labClone().ok(["up", "--yes"], { timeoutSeconds: 300 });
    assert.doesNotMatch(up.stdout + up.stderr, /\d+ (created|updated|replaced|deleted)/);
    console.log(`      second up: ${up.seconds.toFixed(0)} s`);
  });
});

async function refusedFrom(from: string): Promise<void> {
  assert.equal(await serviceStatus(from), 0, `${from} reached app2:3000`);
}

/** Everybody who reaches somebody, over IPv4 and IPv6, is one whom the security groups let through. */
async function isClosed(): Promise<void> {
  const { stdout } = await labClone().ok(["reach", "--json"]);
  assert.equal((JSON.parse(stdout) as { asModelled: boolean }).asModelled, true, stdout);
}
