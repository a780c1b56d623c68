import assert from "node:assert/strict";
import { labsOf } from "../../../cli/embedded/labs";

describe("labsOf", () => {
  it("finds each lab once, whatever it has left, and says whether its checkout exists", () => {
    const lines = `lab-00aa11-pve1\t/\nlab-00aa11\t/\nlab-22bb33-pve1\t/gone with spaces/x\nother\t/\n`;
    assert.deepEqual(labsOf(lines), [
      { id: "lab-00aa11", root: "/", hasCheckout: true },
      { id: "lab-22bb33", root: "/gone with spaces/x", hasCheckout: false },
    ]);
  });
});
