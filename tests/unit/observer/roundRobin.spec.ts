import assert from "node:assert/strict";
import { judgeRoundRobin } from "../../../observer/roundRobin";

const targets = ["app1", "app2", "app3"];
const turns = (count: number) => Array.from({ length: count }, (_, at) => targets[at % 3]);

describe("judgeRoundRobin", () => {
  it("calls 4/4/4 even, with no tolerance", () => {
    const result = judgeRoundRobin({ answers: turns(12), targets, otherRequests: 0 });
    assert.deepEqual(result.counts, { app1: 4, app2: 4, app3: 4 });
    assert.equal(result.tolerance, 0);
    assert.equal(result.even, true);
    assert.equal(result.verdict, "even: app1 4, app2 4, app3 4 of 12 (allowed: ±0 from 4)");
  });

  it("calls 5/4/3 uneven when nobody else shares the rotation", () => {
    const answers = [...turns(9), "app1", "app1", "app2"];
    assert.equal(judgeRoundRobin({ answers, targets, otherRequests: 0 }).even, false);
  });

  it("calls 5/4/3 even when another client took turns, and says so", () => {
    const answers = [...turns(9), "app1", "app1", "app2"];
    const result = judgeRoundRobin({ answers, targets, otherRequests: 2 });
    assert.equal(result.even, true);
    assert.match(result.verdict, /2 requests of other clients shared the rotation/);
  });

  it("never allows more than three deviations of a random spread", () => {
    const answers = Array.from({ length: 12 }, () => "app1");
    const result = judgeRoundRobin({ answers, targets, otherRequests: 1000 });
    assert.equal(result.tolerance, 4.9);
    assert.equal(result.even, false);
  });

  it("allows one more where the requests don't divide by the targets", () => {
    assert.equal(judgeRoundRobin({ answers: turns(13), targets, otherRequests: 0 }).even, true);
  });

  it("calls an answer without a target uneven", () => {
    const answers = [...turns(12).slice(0, 11), undefined];
    const result = judgeRoundRobin({ answers, targets, otherRequests: 0 });
    assert.equal(result.even, false);
    assert.match(result.verdict, /1 answers of no healthy target/);
  });

  it("calls nothing even when there is no target", () => {
    assert.equal(judgeRoundRobin({ answers: [], targets: [], otherRequests: 0 }).even, false);
  });
});
