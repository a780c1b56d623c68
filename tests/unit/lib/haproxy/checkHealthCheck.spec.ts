import assert from "node:assert/strict";
import {
  deregistrationDelayProblems,
  healthCheckProblems,
} from "../../../../lib/haproxy/checkHealthCheck";
import { type HealthCheck, PROFILES } from "../../../../lib/haproxy/profiles";

describe("checks of a health check", () => {
  const tuned = PROFILES.tuned.healthCheck;
  const refuse = (change: Partial<HealthCheck>, message: RegExp) => {
    const problems = healthCheckProblems({ ...tuned, ...change });
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", message);
  };

  it("take every profile's own", () => {
    for (const { healthCheck } of Object.values(PROFILES)) {
      assert.deepEqual(healthCheckProblems(healthCheck), []);
    }
  });

  it("refuse a timeout longer than the interval", () => {
    refuse({ timeoutMs: 1001 }, /^healthCheck\.timeoutMs is 1001, longer than the 1000/);
  });

  it("refuse numbers out of range", () => {
    refuse({ unhealthyThreshold: -1 }, /^healthCheck\.unhealthyThreshold is -1; give 1 to 100/);
    refuse({ healthyThreshold: 0 }, /^healthCheck\.healthyThreshold is 0;/);
    refuse({ downIntervalMs: 1.5 }, /^healthCheck\.downIntervalMs is 1\.5;/);
    refuse({ fastIntervalMs: NaN }, /^healthCheck\.fastIntervalMs is NaN;/);
  });

  it("refuse paths that would change HAProxy's line", () => {
    for (const path of ["", "healthz", "/a b", "/a\nserver evil", '/a"', "/a#b"]) {
      refuse({ path }, /^healthCheck\.path is /);
    }
  });
});

describe("checks of the deregistration delay", () => {
  it("take 0 to 3600 whole seconds only", () => {
    for (const seconds of [0, 10, 3600]) assert.deepEqual(deregistrationDelayProblems(seconds), []);
    for (const seconds of [-1, 3601, 0.5, NaN]) {
      assert.match(
        deregistrationDelayProblems(seconds)[0] ?? "",
        /^deregistrationDelaySeconds is .*; give 0 to 3600/,
      );
    }
  });
});
