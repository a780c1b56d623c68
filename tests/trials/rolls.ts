import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabClone } from "../support/labClone";
import { underLoad } from "../support/underLoad";

const OLD = "debian-12-standard_12.12-1_amd64.tar.zst";
const NEW = "debian-12-standard_12.99-1_amd64.tar.zst";
const SECONDS = 1500;

/** Every change that interrupts app nodes, on all of them, under 100 requests a second. */
export function rolls(clone: LabClone): void {
  const set = (key: string, value: string) =>
    clone.ok(["pulumi", "--", "config", "set", "--path", `homelab:${key}`, value]);
  const up = () => clone.ok(["up", "--yes"], { timeoutSeconds: SECONDS });

  /** @param least as many targets as must be healthy at every moment */
  async function losesNothing(work: () => Promise<unknown>, least: number): Promise<void> {
    const { sent, lost, leastHealthy, looks } = await underLoad(clone, work);
    console.log(`      ${sent} GETs, ${lost.length} lost, ${leastHealthy} healthy at the least`);
    assert.deepEqual(lost, []);
    assert.ok(looks > 20, `${looks} looks`);
    assert.ok(leastHealthy >= least, `${leastHealthy} healthy at the least`);
  }

  describe("changes of every app node under load", function () {
    this.timeout("30m");
    const policies = join(clone.root, "policy", "config.dev.json");
    after(() => rmSync(policies, { force: true }));

    it("another storage driver loses no GET", async function () {
      for (const [index, driver] of ["fuse-overlayfs", "overlay2", "overlay2"].entries()) {
        await set(`appStorageDrivers[${index}]`, driver);
      }
      await losesNothing(up, 2);
    });

    it("another memory cap loses no GET", async function () {
      await set("appMemoryMiB", "480");
      await losesNothing(up, 2);
    });

    it("a rebuild from another template, with the old one's file gone, loses no GET", async function () {
      const files = `cd /var/lib/vz/template/cache && cp ${OLD} ${NEW} && rm ${OLD}`;
      await clone.ok(["exec", "pve", "--", "bash", "-c", files]);
      const words = ["rebuild", "--all", "--template", `local:vztmpl/${NEW}`];
      await losesNothing(() => clone.ok(words, { timeoutSeconds: SECONDS }), 2);
      const { stdout } = await clone.ok(["status", "--json"]);
      const { templates } = JSON.parse(stdout) as { templates: { older: string[] } };
      assert.deepEqual(templates.older.sort(), ["app1", "app2", "app3"]);
    });

    it("a rebuild of the database keeps every row", async function () {
      const back = `cd /var/lib/vz/template/cache && cp ${NEW} ${OLD}`;
      await clone.ok(["exec", "pve", "--", "bash", "-c", back]);
      const words = ["rebuild", "db", "--yes"];
      const { stdout } = await clone.ok(words, { timeoutSeconds: SECONDS });
      assert.match(stdout, /the database holds what was saved: \d+ rows in 1 table/);
      await clone.ok(["verify"]);
    });

    it("five app nodes and then two lose no GET", async function () {
      const room = { "stack-within-budget": { memoryMiB: 8192, diskGiB: 128 } };
      writeFileSync(policies, JSON.stringify(room));
      await set("memoryBudgetMiB", "8192");
      await set("diskBudgetGiB", "128");
      await set("appNodeCount", "5");
      await losesNothing(up, 3);
      await set("appNodeCount", "2");
      await losesNothing(up, 2);
    });
  });
}
