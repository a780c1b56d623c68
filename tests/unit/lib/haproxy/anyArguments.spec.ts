import assert from "node:assert/strict";
import { configProblems } from "../../../../lib/haproxy/checkAttributes";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import { hasHaproxy, haproxyProblems } from "../../../support/haproxy";
import { randomLoadBalancer } from "../../../support/randomLoadBalancer";

const SETS = 100;

describe("any arguments of a load balancer that are accepted", function () {
  this.timeout(120_000);

  it("are many: each random set is accepted", () => {
    for (let seed = 1; seed <= SETS; seed++) {
      assert.deepEqual(configProblems(randomLoadBalancer(seed)), [], `seed ${seed}`);
    }
  });

  it("give a configuration that HAProxy takes, without a warning", function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    for (let seed = 1; seed <= SETS; seed++) {
      const config = randomLoadBalancer(seed);
      assert.equal(haproxyProblems(renderConfig(config), config), "", `seed ${seed}`);
    }
  });
});
