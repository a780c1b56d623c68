import assert from "node:assert/strict";
import {
  noTargetUsable,
  parseStats,
  requestTotals,
  targetHealth,
  targetRows,
} from "../../../observer/targetHealth";

const csv = [
  "# pxname,svname,status,check_status,check_code,last_chk,stot,",
  "http,FRONTEND,OPEN,,,,40,",
  'app,app1,UP,L7OK,200,"OK, all well",14,',
  "app,app2,DOWN,* L4CON,,Connection refused,13,",
  "app,BACKEND,UP,,,,27,",
  "app-fail-open,app1,no check,,,,2,",
  "app-fail-open,BACKEND,UP,,,,2,",
  "",
].join("\n");

describe("targetHealth", () => {
  it("reads quoted fields of the load balancer's statistics", () => {
    const rows = parseStats(csv);
    assert.equal(rows.length, 6);
    assert.equal(rows[1]!.last_chk, "OK, all well");
    assert.equal(rows[1]!.stot, "14");
  });

  it("refuses text that is no statistics", () => {
    assert.throws(() => parseStats("Permission denied\n"), {
      message: 'load balancer: statistics start with "# pxname", got "Permission denied"',
    });
  });

  it("finds the targets' lines and their totals", () => {
    const rows = parseStats(csv);
    assert.deepEqual([...targetRows(rows, ["app1", "app2", "app3"]).keys()], ["app1", "app2"]);
    assert.deepEqual(requestTotals(rows, ["app1", "app2", "app3"]), {
      app1: 16,
      app2: 13,
      app3: 0,
    });
  });

  it("takes a target's state from the checked backend, and sees when that has none to use", () => {
    const rows = parseStats(csv);
    assert.equal(targetRows(rows, ["app1"]).get("app1")?.status, "UP");
    assert.equal(noTargetUsable(rows), false);
    assert.equal(
      noTargetUsable(parseStats(csv.replace("app,BACKEND,UP", "app,BACKEND,DOWN"))),
      true,
    );
  });

  const cases: [string, string, string, string | null][] = [
    ["UP", "L7OK", "healthy", null],
    ["UP 1/3", "* L7STS", "healthy", null],
    ["UP", "INI", "initial", "Elb.InitialHealthChecking"],
    ["DOWN", "L4CON", "unhealthy", "Target.FailedHealthChecks"],
    ["DOWN 1/2", "* L7OK", "unhealthy", "Target.FailedHealthChecks"],
    ["DOWN", "L4TOUT", "unhealthy", "Target.Timeout"],
    ["DOWN", "L7TOUT", "unhealthy", "Target.Timeout"],
    ["DOWN", "* L7STS", "unhealthy", "Target.ResponseCodeMismatch"],
    ["DRAIN", "L7OK", "draining", "Target.DeregistrationInProgress"],
    ["NOLB", "L7OKC", "draining", "Target.DeregistrationInProgress"],
    ["MAINT", "", "unavailable", "Target.NotRegistered"],
    ["no check", "", "unavailable", "Target.HealthCheckDisabled"],
  ];
  for (const [status, check, state, reason] of cases) {
    it(`calls "${status}" with check "${check}" ${state}`, () => {
      const health = targetHealth({ status, check_status: check });
      assert.deepEqual([health.state, health.reason], [state, reason]);
    });
  }

  it("calls a target without a line unavailable", () => {
    assert.equal(targetHealth(undefined).reason, "Target.NotRegistered");
  });
});
