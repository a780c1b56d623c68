import { existsSync } from "node:fs";
import { join } from "node:path";
import { explainFailure } from "./explainFailure";
import { labClone } from "./labClone";
import { soakClone } from "./soak";

/** The lab that a test file works in. */
const cloneOf = (file = "") => (file.includes("/soak/") ? soakClone() : labClone());

/**
 * After each failed test the lab is asked why. After the last one, also a failed one, the lab is
 * removed; `HOMELAB_TEST_KEEP=1` keeps it for a look.
 */
export const mochaHooks = {
  afterEach(this: Mocha.Context): void {
    const test = this.currentTest;
    if (test?.state !== "failed") return;
    this.timeout("2m");
    explainFailure(cloneOf(test.file), test.fullTitle());
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("5m");
    if (process.env.HOMELAB_TEST_KEEP) return;
    const files = this.test!.parent!.suites.map(({ file }) => file);
    for (const clone of new Map(
      files.map((file) => [cloneOf(file).root, cloneOf(file)]),
    ).values()) {
      if (!existsSync(join(clone.root, ".lab"))) continue;
      await clone.ok(["reset", "--yes"], { timeoutSeconds: 280 });
    }
  },
};
