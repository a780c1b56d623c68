import assert from "node:assert/strict";
import { beforeUp, footprint } from "../support/footprint";
import { freshClone, labClone } from "../support/labClone";

describe("a fresh clone", function () {
  it("comes up with one command", async function () {
    this.timeout("40m");
    const clone = await freshClone();
    beforeUp.footprint = footprint();
    const up = await clone.ok(["up", "--yes"], { timeoutSeconds: 2400 });
    assert.match(up.stdout + up.stderr, /http:\/\/localhost:\d+/);
    console.log(`      up: ${up.seconds.toFixed(0)} s`);
  });

  it("shows no changes in a second preview", async function () {
    this.timeout("3m");
    const preview = await labClone().ok(["preview"], { timeoutSeconds: 170 });
    const text = preview.stdout + preview.stderr;
    assert.match(text, /unchanged/);
    assert.doesNotMatch(text, /to (create|update|replace|delete)/);
  });

  it("runs each app node's Docker on its own storage driver", async function () {
    for (const [name, driver] of [
      ["app1", "overlay2"],
      ["app2", "fuse-overlayfs"],
      ["app3", "fuse-overlayfs"],
    ] as const) {
      const info = await labClone().ok(["exec", name, "--", "docker", "info", "-f", "{{.Driver}}"]);
      assert.equal(info.stdout.trim(), driver, name);
    }
  });

  it("runs every CT without a failed unit", async function () {
    for (const name of ["lb", "app1", "app2", "app3", "db"]) {
      const failed = await labClone().ok([
        "exec",
        name,
        "--",
        "systemctl",
        "--failed",
        "--no-legend",
      ]);
      assert.equal(failed.stdout.trim(), "", name);
    }
  });

  // Without a cgroup of its own that tells when it is empty, systemd waits 90 s for many of these.
  it("stops a unit and its children at once in every CT", async function () {
    const unit = "homelab-e2e-stop";
    const round =
      `systemd-run -q --collect --unit=${unit} sh -c "while :; do sleep 60; done" && ` +
      `timeout 10 systemctl stop ${unit} && echo stopped`;
    const rounds = `for i in $(seq 10); do ${round}; done`;
    for (const name of ["lb", "app1", "app2", "app3", "db"]) {
      const { stdout } = await labClone().ok(["exec", name, "--", "sh", "-c", rounds]);
      assert.equal(stdout, "stopped\n".repeat(10), name);
    }
  });

  it("kills what exceeds a CT's memory cap inside that CT only", async function () {
    // `tail /dev/zero` buffers one endless line, so it grows until the kernel stops it.
    const eaten = await labClone().run(["exec", "lb", "--", "sh", "-c", "tail /dev/zero; echo $?"]);
    assert.match(eaten.stdout, /137|Killed/, JSON.stringify(eaten));
    const alive = await labClone().ok(["exec", "app1", "--", "docker", "ps", "-q"]);
    assert.notEqual(alive.stdout.trim(), "");
    await labClone().ok(["verify"]);
  });
});
