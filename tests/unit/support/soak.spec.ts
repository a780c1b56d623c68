import assert from "node:assert/strict";
import { lastFigures } from "../../support/prober";
import { seededRandom, spreadPoints } from "../../support/random";

describe("soak support", () => {
  it("picks the same points for the same seed, one from each part of the span", () => {
    const points = spreadPoints(20, seededRandom(7));
    assert.deepEqual(points, spreadPoints(20, seededRandom(7)));
    assert.notDeepEqual(points, spreadPoints(20, seededRandom(8)));
    const parts = points.map((point) => Math.floor(point * 20)).sort((a, b) => a - b);
    assert.deepEqual(
      parts,
      Array.from({ length: 20 }, (_, part) => part),
    );
  });

  it("reads a prober's last whole line", () => {
    const text =
      "10.0.0.1,22,1,1 fe80::1%eth0,3000,1,0\n10.0.0.1,22,9,8 fe80::1%eth0,3000,9,0\n10.";
    assert.deepEqual(
      [...lastFigures(text)],
      [
        ["10.0.0.1,22", { tries: 9, opened: 8 }],
        ["fe80::1%eth0,3000", { tries: 9, opened: 0 }],
      ],
    );
  });
});
