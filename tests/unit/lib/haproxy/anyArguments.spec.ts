import assert from "node:assert/strict";
import { configProblems } from "../../../../lib/haproxy/checkAttributes";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import { type HaproxyProgram, haproxies } from "../../../support/haproxies";
import { haproxyProblems } from "../../../support/haproxy";
import { randomLoadBalancer } from "../../../support/randomLoadBalancer";

const SETS = 150;

describe("any arguments of a load balancer that are accepted", function () {
  this.timeout(300_000);

  it("are many: each random set is accepted", () => {
    for (let seed = 1; seed <= SETS; seed++) {
      assert.deepEqual(configProblems(randomLoadBalancer(seed)), [], `seed ${seed}`);
    }
  });

  it("give a configuration that HAProxy takes, without a warning, the lab's and the next one", async function () {
    const programs = await haproxies();
    if (programs.length === 0) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    const versions = programs.map(({ version }) => version).join(" and ");
    console.log(`    with HAProxy ${versions}`);
    await Promise.all(programs.map(takesAll));
  });

  async function takesAll({ command, version }: HaproxyProgram): Promise<void> {
    for (let seed = 1; seed <= SETS; seed++) {
      const config = randomLoadBalancer(seed);
      const problems = await haproxyProblems(renderConfig(config), config, command);
      assert.equal(problems, "", `HAProxy ${version}, seed ${seed}`);
    }
  }
});
