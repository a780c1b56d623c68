import assert from "node:assert/strict";
import { failureReason } from "../../../app/storeFailure";

const coded = (code: string, message = "boom") => Object.assign(new Error(message), { code });

describe("the reason of a database failure", () => {
  const cases: [string, unknown, string][] = [
    ["a refused connection", coded("ECONNREFUSED"), "connection refused"],
    ["a refused password", coded("28P01"), "password refused"],
    ["a slow server", new Error("timeout exceeded when trying to connect"), "timed out"],
    ["a slow query", new Error("Query read timeout"), "timed out"],
    [
      "a server without TLS",
      new Error("The server does not support SSL connections"),
      "server offers no TLS",
    ],
    [
      "an unknown certificate",
      coded("DEPTH_ZERO_SELF_SIGNED_CERT"),
      "server certificate not trusted",
    ],
    ["an unknown code", coded("XX000"), "error XX000"],
    ["no code", new Error("boom"), "error"],
    ["no error at all", "boom", "error"],
  ];
  for (const [name, error, reason] of cases) {
    it(`of ${name} is "${reason}"`, () => {
      assert.equal(failureReason(error ?? {}), reason);
    });
  }

  it("holds nothing of the error's own text", () => {
    const error = coded("ZZ999", "password authentication failed for user bob, password hunter2");
    assert.equal(failureReason(error), "error ZZ999");
  });
});
