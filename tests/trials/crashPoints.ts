import assert from "node:assert/strict";
import { type CrashKind, crashKinds, cutOff } from "../support/crash";
import type { LabClone } from "../support/labClone";
import { leftoversOf } from "../support/leftovers";
import { seededRandom, spreadPoints } from "../support/random";
import { waitUntil } from "../support/waitUntil";

/** What is missing when an `up` is cut off, and how many seconds such an `up` takes at least. */
interface Beginning {
  name: string;
  /** Undefined: everything. */
  remove?: string[];
  seconds: number;
}

const lb = { name: "the load balancer's CT", remove: ["lb-ct"], seconds: 35 };
const app2 = { name: "app2's CT", remove: ["app2-ct"], seconds: 50 };
const db = { name: "the database's CT", remove: ["db-ct"], seconds: 60 };
const everything = { name: "everything", seconds: 90 };

/** Seven, for the crash kinds are four: all pairs come about. A lab made anew takes minutes. */
const beginnings: Beginning[] = [lb, app2, lb, db, app2, lb, everything];

/** Cuts `up`s off, and proves that the next one completes each. Begins and ends with a whole lab. */
export function crashPoints(clone: LabClone, repeats: number, seed: number): void {
  const points = spreadPoints(repeats, seededRandom(seed));

  describe(`an up that is cut off (${repeats} points, seed ${seed})`, function () {
    before("a whole lab without leftovers", async function () {
      this.timeout("2m");
      await isWhole(clone);
    });

    points.forEach((part, index) => {
      // A few trials begin somewhere else each time, so that every pair has its turn.
      const turn = seed + index;
      const kind: CrashKind = crashKinds[turn % crashKinds.length]!;
      const from = beginnings[turn % beginnings.length]!;
      const delay = 1 + part * from.seconds;
      const title = `${from.name} missing, ${kind} ended after ${delay.toFixed(1)} s`;

      it(`is completed by the next one: ${title}`, async function () {
        this.timeout("15m");
        await takeAway(clone, from.remove);
        const cut = await cutOff(clone.root, kind, delay);
        const up = await clone.ok(["up", "--yes"], { timeoutSeconds: 600 });
        console.log(`      ${cut ? "cut off" : "was done before"}; up: ${up.seconds.toFixed(0)} s`);
        await isWhole(clone);
      });
    });

    it("leaves nothing for another preview to do", async function () {
      const { stdout, stderr } = await clone.ok(["preview"], { timeoutSeconds: 110 });
      assert.doesNotMatch(stdout + stderr, /to (create|update|replace|delete)/);
    });
  });
}

/** Removes CTs and what stands on them through Pulumi, or the whole stack. */
async function takeAway(clone: LabClone, names?: string[]): Promise<void> {
  if (!names) {
    await clone.ok(["down", "--yes"], { timeoutSeconds: 300 });
    return;
  }
  const { stdout } = await clone.ok(["pulumi", "--", "stack", "export"]);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
  const urns = deployment.resources.map(({ urn }) => urn);
  const targets = names.map((name) => {
    const urn = urns.find((candidate) => candidate.endsWith(`::${name}`));
    assert.ok(urn, `${name}: not in the state`);
    return ["--target", urn];
  });
  const words = ["destroy", "--yes", "--skip-preview", "--target-dependents", ...targets.flat()];
  await clone.ok(["pulumi", "--", ...words], { timeoutSeconds: 300 });
}

async function isWhole(clone: LabClone): Promise<void> {
  // Plugins of a killed Pulumi may take a moment to see that it is gone.
  await waitUntil("nothing left over", 15, () => {
    const found = leftoversOf(clone.root);
    const value = found.length === 0 || undefined;
    return Promise.resolve({ value, seen: found.join(" | ") });
  });
  const { stdout } = await clone.ok(["verify", "--json"]);
  assert.equal((JSON.parse(stdout) as { even: boolean }).even, true, stdout);
  const state = await clone.ok(["pulumi", "--", "stack", "export"]);
  const { deployment } = JSON.parse(state.stdout) as {
    deployment: { pending_operations?: unknown[] };
  };
  assert.deepEqual(deployment.pending_operations ?? [], []);
}
