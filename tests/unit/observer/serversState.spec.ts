import assert from "node:assert/strict";
import { parseServersState } from "../../../observer/serversState";

const header =
  "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change";
const answer = (...lines: string[]) => ["1", header, ...lines, ""].join("\n");

describe("what was set on targets at run time", () => {
  it("is nothing where HAProxy took a target out by itself", () => {
    const text = answer(
      "3 app 1 app1 10.10.10.11 2 0 1 1 88",
      "3 app 2 app2 10.10.10.12 0 0 1 1 5",
    );
    assert.deepEqual(parseServersState(text), [
      { target: "app1", weight: 1, configuredWeight: 1 },
      { target: "app2", weight: 1, configuredWeight: 1 },
    ]);
  });

  it("tells a drain, a maintenance and a weight", () => {
    const text = answer(
      "3 app 1 app1 10.10.10.11 2 8 1 1 88",
      "3 app 2 app2 10.10.10.12 0 1 1 1 5",
      "3 app 3 app3 10.10.10.13 2 0 50 100 5",
    );
    const [drained, maintained, weighted] = parseServersState(text);
    assert.equal(drained?.admin, "draining");
    assert.equal(maintained?.admin, "in maintenance");
    assert.deepEqual([weighted?.weight, weighted?.configuredWeight], [50, 100]);
  });

  it("is nothing where HAProxy does not answer or answers otherwise", () => {
    assert.deepEqual(parseServersState(""), []);
    assert.deepEqual(parseServersState("2\nsomething new\n"), []);
  });
});
