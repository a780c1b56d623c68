import assert from "node:assert/strict";
import { type CrashKind, crashKinds, cutOff } from "../support/crash";
import { leftoversOf } from "../support/leftovers";
import { seededRandom, spreadPoints } from "../support/random";
import { freshSoakClone, repeats, seed, soakClone } from "../support/soak";
import { waitUntil } from "../support/waitUntil";

/** What a run is cut off in, with what makes it so and how long an `up` from there goes on. */
const beginnings = [
  { name: "the load balancer's CT", remove: ["lb-ct"], seconds: 35 },
  { name: "everything", remove: undefined, seconds: 90 },
  { name: "app2's CT", remove: ["app2-ct"], seconds: 50 },
  { name: "the database's CT", remove: ["db-ct"], seconds: 60 },
] as const;

const random = seededRandom(seed);
const points = spreadPoints(repeats, random);

describe(`an up that is cut off (${repeats} points, seed ${seed})`, function () {
  before("a complete lab", async function () {
    this.timeout("40m");
    await freshSoakClone();
    await soakClone().ok(["up", "--yes"], { timeoutSeconds: 2300 });
    assert.deepEqual(leftoversOf(soakClone().root), []);
  });

  points.forEach((part, index) => {
    const kind: CrashKind = crashKinds[index % crashKinds.length]!;
    const turn = index + Math.floor(index / crashKinds.length);
    const from = beginnings[turn % beginnings.length]!;
    const delay = 1 + part * from.seconds;
    const title = `${from.name} missing, ${kind} ended after ${delay.toFixed(1)} s`;

    it(`is completed by the next one: ${title}`, async function () {
      this.timeout("15m");
      await takeAway(from.remove);
      const cut = await cutOff(soakClone().root, kind, delay);
      const up = await soakClone().ok(["up", "--yes"], { timeoutSeconds: 600 });
      console.log(`      ${cut ? "cut off" : "was done before"}; up: ${up.seconds.toFixed(0)} s`);
      await isWhole();
    });
  });

  it("leaves nothing for another preview to do", async function () {
    const { stdout, stderr } = await soakClone().ok(["preview"], { timeoutSeconds: 170 });
    assert.doesNotMatch(stdout + stderr, /to (create|update|replace|delete)/);
  });
});

/** Removes CTs and what stands on them through Pulumi, or the whole stack. */
async function takeAway(names: readonly string[] | undefined): Promise<void> {
  const clone = soakClone();
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

async function isWhole(): Promise<void> {
  // Plugins of a killed Pulumi may take a moment to see that it is gone.
  await waitUntil("nothing left over", 15, () => {
    const found = leftoversOf(soakClone().root);
    const value = found.length === 0 || undefined;
    return Promise.resolve({ value, seen: found.join(" | ") });
  });
  const { stdout } = await soakClone().ok(["verify", "--json"]);
  assert.equal((JSON.parse(stdout) as { even: boolean }).even, true, stdout);
  const state = await soakClone().ok(["pulumi", "--", "stack", "export"]);
  const { deployment } = JSON.parse(state.stdout) as {
    deployment: { pending_operations?: unknown[] };
  };
  assert.deepEqual(deployment.pending_operations ?? [], []);
}
