import assert from "node:assert/strict";
import { checkPassed, targetLooks, whyOut } from "../../../../observer/live/targetLooks";
import { parseStats } from "../../../../observer/targetHealth";

const stats = parseStats(
  [
    "# pxname,svname,status,weight,check_status,last_chk,lastchg,stot,wretr,wredis",
    'app,app1,UP,100,* L7OK,"HTTP status check returned code <200>",61,40,1,0',
    "app,app2,DOWN,100,L4TOUT,,5,38,4,4",
    "app,app3,DRAIN,100,L7OK,,2,39,0,0",
    "app,BACKEND,UP,200,,,61,117,5,4",
    "app-fail-open,app1,UP,100,,,61,2,0,0",
  ].join("\n"),
);

describe("target looks", () => {
  it("reads what the load balancer says of each target, in the order of the names", () => {
    const looks = targetLooks(stats, ["app3", "app2", "app1"]);
    assert.deepEqual(
      looks.map(({ name, state, check }) => [name, state, check]),
      [
        ["app3", "draining", "L7OK"],
        ["app2", "unhealthy", "L4TOUT"],
        ["app1", "healthy", "L7OK"],
      ],
    );
    assert.deepEqual(looks[2], {
      ...{ name: "app1", state: "healthy", reason: null, check: "L7OK" },
      ...{ detail: "HTTP status check returned code <200>", weight: 100, stateSeconds: 61 },
      ...{ requests: 42, retried: 1, redispatched: 0 },
    });
  });

  it("says of a target that is not in the target group that it is not there", () => {
    const [look] = targetLooks(stats, ["app9"]);
    assert.deepEqual([look?.state, look?.reason], ["unavailable", "Target.NotRegistered"]);
  });

  it("says why in words, with HAProxy's code behind them", () => {
    assert.equal(whyOut({ check: "L4TOUT", detail: "" }), "no connection in time (L4TOUT)");
    assert.equal(whyOut({ check: "L9XXX", detail: "odd" }), "odd");
    assert.equal(whyOut({ check: "", detail: "" }), "the load balancer gives no reason");
  });

  it("counts no check before the first", () => {
    const passed = ["L7OK", "L4TOUT", "INI", ""].map((check) => checkPassed({ check }));
    assert.deepEqual(passed, [true, false, undefined, undefined]);
  });
});
