import { writeFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner } from "mocha";
import { countsVariable } from "./countsVariable";

/** Mocha's usual report, and its counts as JSON for `./lab test` to sum. */
class CountingReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const file = process.env[countsVariable];
      const counts = { passed: passes, failed: failures, skipped: pending };
      if (file) writeFileSync(file, JSON.stringify(counts));
    });
  }
}

// Mocha takes the module itself, or its default export.
export default CountingReporter;
