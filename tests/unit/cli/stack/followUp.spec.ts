import assert from "node:assert/strict";
import { followUp } from "../../../../cli/stack/followUp";

describe("a command to type next", () => {
  it("names the stack where it is not the one that is taken anyway", () => {
    assert.equal(followUp("dev", "heal app1"), "./lab heal app1");
    assert.equal(followUp("home", "heal app1"), "./lab heal app1 --stack home");
  });

  it("names it before the words of another program", () => {
    assert.equal(
      followUp("home", "exec app1 -- docker stop web"),
      "./lab exec app1 --stack home -- docker stop web",
    );
  });
});
