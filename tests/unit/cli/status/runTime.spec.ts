import assert from "node:assert/strict";
import { setInHaproxy } from "../../../../cli/status/runTime";

const STATES = [
  "1",
  "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change",
  "3 app 1 app1 10.10.10.11 2 8 100 100 88",
  "3 app 2 app2 10.10.10.12 2 0 12 100 5",
  "3 app 3 app3 10.10.10.13 2 0 50 100 5",
  "",
  "",
].join("\n");
const WEIGHTS = [
  "# group target weight full owner since before reason",
  "app\tapp2\t12\t100\tanomaly\t1795854330\t100\t48 % errors",
  "app\tapp3\t50\t100\toperator\t1795854338\t50\t-",
  "canary\tapp1\t1\t100\tanomaly\t1795854338\t12\tanswers in 512 ms, others in 6 ms",
].join("\n");

describe("what was set in HAProxy at run time", () => {
  it("says whose a weight is, and how it ends", () => {
    const found = setInHaproxy(`${STATES}${WEIGHTS}\n`);
    assert.deepEqual(
      found.map(({ target, owner, undo }) => [target, owner.split(" ")[0], undo]),
      [
        ["app1", "run", "undrain app1"],
        ["app2", "anomaly", "by itself, once it does well"],
        [
          "app3",
          "run",
          `exec lb -- sh -c 'echo "set weight app/app3 100%" | socat - UNIX-CONNECT:/run/haproxy/admin.sock'`,
        ],
        ["app1 in canary", "anomaly", "by itself, once it does well"],
      ],
    );
    const said = found.map(({ what }) => what.replace(/\d\d:\d\d:\d\d/, "10:02:11"));
    assert.deepEqual(said, [
      "draining",
      "weight 12 of 100: anomaly, 48 % errors since 10:02:11",
      "weight 50 of 100: set by hand since 10:02:11",
      "weight 1 of 100: anomaly, answers in 512 ms, others in 6 ms since 10:02:11",
    ]);
  });

  it("says a weight without anomaly mitigation too, and undoes the weight and not a drain", () => {
    const found = setInHaproxy(`${STATES}Unknown command: 'show anomalies'\n`);
    const weights = found.filter(({ what }) => what.startsWith("weight"));
    assert.deepEqual(
      weights.map(({ what }) => what),
      ["weight 12 of 100", "weight 50 of 100"],
    );
    for (const { target, undo } of weights) {
      assert.ok(undo.includes(`set weight app/${target} 100%`), undo);
    }
  });
});
