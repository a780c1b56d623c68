import assert from "node:assert/strict";
import { slots } from "../../../provider/slots";

describe("places for work", () => {
  it("let only so much go on at a time, in the order it came", async () => {
    const place = slots(2);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const work = [0, 1, 2, 3].map((n) =>
      place(() => {
        begun.push(n);
        return new Promise<void>((resolve) => (ends[n] = resolve));
      }),
    );
    await Promise.resolve();
    assert.deepEqual(begun, [0, 1]);
    ends[1]?.();
    await work[1];
    await new Promise(setImmediate);
    assert.deepEqual(begun, [0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await Promise.all([work[0], work[2]]);
    await new Promise(setImmediate);
    ends[3]?.();
    await work[3];
    assert.deepEqual(begun, [0, 1, 2, 3]);
  });

  it("come free when the work fails", async () => {
    const place = slots(1);
    await assert.rejects(
      place(() => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await place(() => Promise.resolve("done")), "done");
  });
});
