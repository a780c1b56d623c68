import assert from "node:assert/strict";
import { exec } from "../../../system/exec";

describe("a command", () => {
  it("that is not done in time is ended, and says so", async () => {
    const { code, stdout, stderr } = await exec("sh", ["-c", "echo begun; exec sleep 60"], {
      timeoutMs: 500,
    });
    assert.notEqual(code, 0);
    assert.equal(stdout, "begun\n");
    assert.equal(stderr, "sh: not done within 0.5 s, ended\n");
  });

  it("that is done in time says what it said", async () => {
    const done = await exec("sh", ["-c", "cat; exit 3"], { timeoutMs: 60_000, stdin: "text" });
    assert.deepEqual(done, { code: 3, stdout: "text", stderr: "" });
  });
});
