import { soakClone } from "../support/soak";

describe("the lab that was killed and rebooted", function () {
  it("can be reset", async function () {
    this.timeout("5m");
    await soakClone().ok(["reset", "--yes"], { timeoutSeconds: 280 });
  });
});
