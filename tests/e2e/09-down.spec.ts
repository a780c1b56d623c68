import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
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
    await labClone().ok(["reset", "--yes"], { timeoutSeconds: 280 });
    const label = ["--filter", `label=homelab.checkout=${labClone().root}`];
    assert.deepEqual(lines("docker", "ps", "-aq", ...label), []);
    assert.deepEqual(lines("docker", "network", "ls", "-q", ...label), []);
    assert.deepEqual(lines("docker", "volume", "ls", "-q", ...label), []);
    assert.throws(() => execFileSync("test", ["-e", sshKeyFile]));
    const loops = lines("losetup", "-a").filter((line) => line.includes("vm-1"));
    assert.deepEqual(loops, []);
  });
});
