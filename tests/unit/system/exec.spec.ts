import assert from "node:assert/strict";
import { mock } from "node:test";
import { exec } from "../../../system/exec";

describe("a command", () => {
  it("that is not done in time is ended, and says so", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const onLine = () => mock.timers.tick(500);
    const options = { timeoutMs: 500, onLine };
    const { code, stdout, stderr } = await exec(
      "sh",
      ["-c", "echo begun; exec sleep 60"],
      options,
    ).finally(() => mock.timers.reset());
    assert.notEqual(code, 0);
    assert.equal(stdout, "begun\n");
    assert.equal(stderr, "sh: not done within 0.5 s, ended\n");
  });

  it("that ignores the request to end is killed, with nobody waiting for its children", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let begun: () => void = () => undefined;
      const ready = new Promise<void>((resolve) => (begun = resolve));
      const script = 'trap "" TERM; echo ready; sleep 60 & wait; wait';
      const ended = exec("bash", ["-c", script], { timeoutMs: 500, onLine: () => begun() });
      await ready;
      mock.timers.tick(500);
      mock.timers.tick(5000);
      assert.equal((await ended).code, 128);
    } finally {
      mock.timers.reset();
    }
  });

  it("that is done in time says what it said", async () => {
    const done = await exec("sh", ["-c", "cat; exit 3"], { timeoutMs: 60_000, stdin: "text" });
    assert.deepEqual(done, { code: 3, stdout: "text", stderr: "" });
  });
});
