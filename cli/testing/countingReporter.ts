import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { reporters, type MochaOptions, type Runner, type Test } from "mocha";
import { runCounts } from "./counts";
import { countsVariable } from "./countsVariable";

/** After this many failures a run ends: each further one may wait for minutes for what is broken. */
const enoughFailures = 3;

/**
 * Mocha's usual report, and its counts as JSON for `./lab test` to sum. Runs in a lab (they forbid
 * pending tests) end early where it makes no sense to go on: a file `01-…` is what the others stand on.
 */
class CountingReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const file = process.env[countsVariable];
    const { total } = runner;
    let failures = 0;
    runner.on("fail", (test: Test) => {
      failures++;
      const first = basename(test.file ?? "").startsWith("01-");
      if (options.forbidPending && (first || failures >= enoughFailures)) runner.abort();
    });
    runner.once("end", () => {
      if (file) writeFileSync(file, JSON.stringify(runCounts(this.stats, total)));
    });
  }
}

// Mocha takes the module itself, or its default export.
export default CountingReporter;
