import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { FAULT_KINDS, faultOf } from "../../../../lib/faults/kinds";
import { injectScript, parseActive } from "../../../../lib/faults/scripts";

const target = { vmid: 112, port: 3000, loadBalancerAddress: "10.10.10.10" };

describe("faults", () => {
  for (const kind of FAULT_KINDS) {
    it(`${kind} is a script that a shell understands, with a repair and an expectation`, () => {
      const fault = faultOf(kind, target);
      const script = injectScript({ vmid: 112, kind, fault, seconds: 10, token: "t" });
      const checked = spawnSync("bash", ["-n", "-c", script], { encoding: "utf8" });
      assert.equal(checked.stderr, "");
      assert.ok(fault.undo && fault.expect);
    });
  }

  it("touch only what is marked as theirs, and nothing of Docker's access rules", () => {
    const { inject, undo } = faultOf("drop", target);
    assert.doesNotMatch(inject + undo, /DOCKER-USER|-F /);
    assert.equal(inject.match(/--comment homelab-fault/g)?.length, 2);
  });

  it("schedule the repair before the damage is done", () => {
    const fault = { inject: "break", undo: "repair", expect: "" };
    const script = injectScript({ vmid: 1, kind: "kill", fault, seconds: 5, token: "t" });
    assert.ok(script.indexOf("sleep 5") < script.indexOf("break"));
    const open = injectScript({ vmid: 1, kind: "kill", fault, token: "t" });
    assert.doesNotMatch(open, /sleep|systemd-run/);
  });

  it("are read back from the node's files", () => {
    assert.deepEqual(parseActive("112.kill ab12 1795494753 1795494763\n113.drop cd 7 -\nnoise\n"), [
      { vmid: 112, kind: "kill", since: 1795494753, until: 1795494763 },
      { vmid: 113, kind: "drop", since: 7 },
    ]);
  });
});
