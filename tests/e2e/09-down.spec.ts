import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { added, beforeUp, footprint } from "../support/footprint";
import { labClone } from "../support/labClone";

const lines = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: "utf8" }).split("\n").filter(Boolean);

describe("taking the lab down", function () {
  it("leaves no CT on the node", async function () {
    this.timeout("10m");
    await labClone().ok(["down", "--yes"], { timeoutSeconds: 580 });
    const list = await labClone().ok(["exec", "pve", "--", "pct", "list"]);
    assert.equal(list.stdout.trim(), "");
  });

  it("leaves nothing on the machine after reset", async function () {
    this.timeout("5m");
    const { stdout } = await labClone().ok(["pve", "info", "--json"]);
    const { sshKeyFile } = JSON.parse(stdout) as { sshKeyFile: string };
    const whole = footprint();
    const reset = await labClone().ok(["reset", "--yes"], { timeoutSeconds: 280 });
    assert.match(reset.stderr, /^Caches that stay \(\.\/lab reset --caches removes them\):$/m);
    assert.match(reset.stderr, /^\S+ +\S+\/pulumi$/m, "each with its size and place");
    const label = ["--filter", `label=homelab.checkout=${labClone().root}`];
    assert.deepEqual(lines("docker", "ps", "-aq", ...label), []);
    assert.deepEqual(lines("docker", "network", "ls", "-q", ...label), []);
    assert.deepEqual(lines("docker", "volume", "ls", "-q", ...label), []);
    assert.throws(() => execFileSync("test", ["-e", sshKeyFile]));
    // In a lab that was there before, and among other labs, there is nothing to compare with.
    if (process.env.HOMELAB_TEST_CLONE) return;
    const before = beforeUp.footprint;
    assert.ok(before, "01-up looked at the machine first");
    const kinds = Object.keys(added(before, whole));
    for (const kind of ["containers", "networks", "volumes", "interfaces", "mounts"])
      assert.ok(kinds.includes(kind), `positive control: a lab has ${kind} of its own`);
    assert.deepEqual(added(before, footprint()), {});
  });
});
