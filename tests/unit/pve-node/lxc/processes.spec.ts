import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { waitFor } from "../../../../pve-node/lxc/waitFor";
import { staysAlive } from "../../../../pve-node/lxc/processes";

describe("a process that was started", () => {
  it("stays alive when it still runs after the time", async () => {
    const child = spawn("sleep", ["30"]);
    try {
      const from = Date.now();
      assert.equal(await staysAlive(child.pid!, 300), true);
      assert.ok(Date.now() - from >= 300);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("does not when it ends within the time, which is seen before the time is over", async () => {
    const from = Date.now();
    assert.equal(await staysAlive(spawn("sleep", ["0.2"]).pid!, 5000), false);
    assert.ok(Date.now() - from < 3000);
  });

  it("does not when it is only a zombie, or nothing at all", async () => {
    // The child ends after the shell has become a program that never asks for ends.
    const shell = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 30"]);
    try {
      const pid = await new Promise<number>((resolve) =>
        shell.stdout.once("data", (data: Buffer) => resolve(Number(data.toString()))),
      );
      const isZombie = () => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
      assert.ok(await waitFor(() => Promise.resolve(isZombie()), 5));
      assert.equal(await staysAlive(pid, 100), false);
    } finally {
      shell.kill("SIGKILL");
    }
    assert.equal(await staysAlive(2 ** 22 + 1, 100), false);
  });
});
