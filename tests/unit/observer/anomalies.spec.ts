import assert from "node:assert/strict";
import { parseSetWeights, weightText } from "../../../observer/anomalies";

const ANSWER = [
  "# group target weight full owner since before reason",
  "app\tapp2\t12\t100\tanomaly\t1795854330\t100\t48 % errors",
  "canary\tapp3\t60\t100\toperator\t1795854338\t60\t-",
  "",
  "",
].join("\n");

describe("weights that are not the configuration's", () => {
  it("are told with who set them, since when and why", () => {
    assert.deepEqual(parseSetWeights(ANSWER), [
      {
        ...{ group: "app", target: "app2", weight: 12, full: 100, owner: "anomaly" },
        ...{ since: 1_795_854_330_000, reason: "48 % errors" },
      },
      {
        ...{ group: "canary", target: "app3", weight: 60, full: 100, owner: "operator" },
        since: 1_795_854_338_000,
      },
    ]);
  });

  it("are none where all are, and not known where HAProxy does not know the command", () => {
    assert.deepEqual(parseSetWeights(`${ANSWER.split("\n")[0]}\n\n`), []);
    assert.equal(parseSetWeights("Unknown command, but maybe one of the following\n"), undefined);
    assert.equal(parseSetWeights(""), undefined);
  });

  it("are said in a sentence", () => {
    const [anomaly, byHand] = parseSetWeights(ANSWER)!;
    const clock = () => "10:02:11";
    assert.equal(
      weightText(anomaly!, clock),
      "weight 12 of 100: anomaly, 48 % errors since 10:02:11",
    );
    assert.equal(weightText(byHand!, clock), "weight 60 of 100: set by hand since 10:02:11");
  });
});
