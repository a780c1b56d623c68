import assert from "node:assert/strict";
import { barRows, isMet } from "../../../observer/benchmark";

const bar = { what: "p50 added", measured: 0.15, unit: "ms" };

describe("bars of a benchmark", () => {
  it("are met at the bar and missed beyond it", () => {
    assert.equal(isMet({ ...bar, atMost: 0.15 }), true);
    assert.equal(isMet({ ...bar, atMost: 0.14 }), false);
    assert.equal(isMet({ ...bar, atLeast: 0.15 }), true);
    assert.equal(isMet({ ...bar, atLeast: 0.16 }), false);
    assert.equal(isMet(bar), true);
  });

  it("are missed by what could not be measured", () => {
    assert.equal(isMet({ ...bar, measured: NaN, atMost: 1 }), false);
    assert.equal(isMet({ ...bar, measured: NaN }), false);
  });

  it("stand beside their figures", () => {
    assert.deepEqual(barRows([{ ...bar, atMost: 0.2 }, { ...bar, atLeast: 1 }, bar]), [
      ["p50 added", "0.15 ms", "at most 0.2", "met"],
      ["p50 added", "0.15 ms", "at least 1", "MISSED"],
      ["p50 added", "0.15 ms", "", ""],
    ]);
  });
});
