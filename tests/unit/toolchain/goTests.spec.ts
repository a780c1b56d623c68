import assert from "node:assert/strict";
import { countGoTests } from "../../../toolchain/goTests";

const event = (Action: string, Test?: string, Output?: string) =>
  JSON.stringify({ Action, Package: "p", Test, Output });

describe("the count of Go tests", () => {
  it("is of tests, and not of packages", () => {
    const printed = [
      event("run", "TestA"),
      event("pass", "TestA"),
      event("output", "TestB", "no such\n"),
      event("fail", "TestB"),
      event("fail"),
    ].join("\n");
    assert.deepEqual(countGoTests(printed, "x"), { passed: 1, failed: 1, output: "no such\nx" });
  });

  it("has a failure where nothing compiles", () => {
    assert.deepEqual(countGoTests(event("fail"), "syntax error"), {
      passed: 0,
      failed: 1,
      output: "syntax error",
    });
  });
});
