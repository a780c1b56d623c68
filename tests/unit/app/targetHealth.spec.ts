import assert from "node:assert/strict";
import { readTargetHealth } from "../../../app/targetHealth";

describe("health of the targets in a request header", () => {
  it("reads every target", () => {
    assert.deepEqual(readTargetHealth("app1=1, app2=0,db-x.1=1"), [
      { name: "app1", state: "healthy" },
      { name: "app2", state: "unhealthy" },
      { name: "db-x.1", state: "healthy" },
    ]);
  });

  it("takes a request without the header for a direct one", () => {
    assert.equal(readTargetHealth(undefined), null);
    assert.equal(readTargetHealth(""), null);
  });

  it("skips what is of another form, and reads no endless header", () => {
    assert.deepEqual(readTargetHealth("app1=2, <b>=1, =1, app2=1"), [
      { name: "app2", state: "healthy" },
    ]);
    assert.equal(readTargetHealth("a=1,".repeat(1000))?.length, 64);
  });
});
