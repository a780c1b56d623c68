import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { boxOf, restartBox } from "../support/box";
import { waitUntil } from "../support/waitUntil";

interface Status {
  targets: { name: string; state: string }[];
  database: { state: string };
}

async function allHealthy(seconds: number): Promise<void> {
  await waitUntil("every target healthy", seconds, async () => {
    const { code, stdout, stderr } = await labClone().run(["status", "--json"]);
    if (code !== 0) return { seen: stderr.trim() };
    const status = JSON.parse(stdout) as Status;
    const well = status.targets.length === 3 && status.targets.every((t) => t.state === "healthy");
    return { value: well || undefined, seen: JSON.stringify(status.targets.map((t) => t.state)) };
  });
}

describe("after a restart", function () {
  this.timeout("6m");

  it("of an app node's CT the target returns and the subnet is closed", async function () {
    await labClone().ok(["exec", "pve", "--", "pct", "reboot", "112"]);
    await allHealthy(90);
    await refusedFrom("app1");
  });

  it("of Docker on an app node the target returns and the subnet is closed", async function () {
    await labClone().ok(["exec", "app2", "--", "systemctl", "restart", "docker"]);
    await allHealthy(90);
    await refusedFrom("app1");
  });

  it("of the whole node every CT returns and the subnet is closed", async function () {
    await restartBox(boxOf(labClone().root));
    await allHealthy(180);
    await refusedFrom("pve");
    await refusedFrom("app1");
    await labClone().ok(["verify"]);
  });

  it("a second up changes nothing", async function () {
    const up = await labClone().ok(["up", "--yes"], { timeoutSeconds: 300 });
    assert.doesNotMatch(up.stdout + up.stderr, /\d+ (created|updated|replaced|deleted)/);
    console.log(`      second up: ${up.seconds.toFixed(0)} s`);
  });
});

async function refusedFrom(from: string): Promise<void> {
  const url = "http://10.10.10.12:3000/healthz";
  const curl = ["curl", "-m", "3", "-s", "-o", "/dev/null", "-w", "%{http_code}", url];
  const { stdout } = await labClone().run(["exec", from, "--", ...curl]);
  assert.equal(stdout.trim(), "000", `${from} reached app2:3000`);
}
