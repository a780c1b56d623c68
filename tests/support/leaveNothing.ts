import { existsSync } from "node:fs";
import { join } from "node:path";
import { labClone } from "./labClone";

/**
 * After the last end-to-end test, also a failed one, the clone's lab is removed.
 * `HOMELAB_TEST_KEEP=1` keeps it for a look.
 */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout("5m");
    const clone = labClone();
    if (process.env.HOMELAB_TEST_KEEP || !existsSync(join(clone.root, ".lab"))) return;
    const status = await clone.run(["status"]); // what a failed run leaves behind says why
    if (status.code === 0) console.error(status.stdout);
    await clone.ok(["reset", "--yes"], { timeoutSeconds: 280 });
  },
};
