import assert from "node:assert/strict";
import { describeFaults, faultsOf } from "../../../cli/lab/nodeFaults";

describe("faults of the embedded node", () => {
  it("are what the options say, and none without any", () => {
    assert.equal(faultsOf({}), undefined);
    assert.deepEqual(faultsOf({ "start-delay": "15", "lose-every": "50" }), {
      ...{ startDelayMs: 15_000, everyNth: 50 },
    });
    assert.deepEqual(faultsOf({ "lose-every": "2", cut: "after", "changes-only": true }), {
      ...{ everyNth: 2, cut: "after", only: "changes" },
    });
  });

  it("refuse what means nothing", () => {
    assert.throws(() => faultsOf({ cut: "behind" }), /^UsageError|--cut: must be before or after/);
    assert.throws(() => faultsOf({ cut: "after" }), /need --lose-every, which is missing/);
    assert.throws(() => faultsOf({ "lose-every": "1" }), /from 2 to 1000000, got "1"/);
    assert.throws(() => faultsOf({ "start-delay": "601" }), /from 0 to 600, got "601"/);
  });

  it("are told in words", () => {
    assert.deepEqual(describeFaults({}), ["the node has no faults"]);
    assert.deepEqual(describeFaults({ startDelayMs: 15_000, everyNth: 50 }), [
      "each start of a CT takes 15 s longer",
      "one of 50 requests is answered 596 Broken pipe, before and after it is carried out, by turns",
    ]);
  });
});
