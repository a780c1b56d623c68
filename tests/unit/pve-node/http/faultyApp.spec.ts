import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsIn, type NodeFaults } from "../../../../pve-node/faults";
import type { App, AppRequest } from "../../../../pve-node/http/app";
import { faultyApp } from "../../../../pve-node/http/faultyApp";

/** An app that only counts what reaches it, behind the given faults. */
function counting(faults: NodeFaults) {
  const reached: string[] = [];
  const sound = {
    handle: ({ method }: AppRequest) => {
      reached.push(method);
      return Promise.resolve({ status: 200, reason: "OK", headers: {}, body: Buffer.alloc(0) });
    },
  } as unknown as App;
  const app = faultyApp(sound, () => faults);
  const ask = async (method: string) => {
    const answer = await app.handle({ method, url: "/", headers: {}, body: "" });
    return answer.status;
  };
  return { ask, reached };
}

describe("a node that loses answers", () => {
  it("answers each Nth request 596, before and after it was carried out by turns", async () => {
    const { ask, reached } = counting({ everyNth: 2 });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) statuses.push(await ask("POST"));
    assert.deepEqual(statuses, [200, 596, 200, 596]);
    assert.equal(reached.length, 3);
  });

  it("does so at the moment that it was told", async () => {
    const before = counting({ everyNth: 1, cut: "before" });
    assert.equal(await before.ask("DELETE"), 596);
    assert.deepEqual(before.reached, []);
    const after = counting({ everyNth: 1, cut: "after" });
    assert.equal(await after.ask("DELETE"), 596);
    assert.deepEqual(after.reached, ["DELETE"]);
  });

  it("counts changes only where it was told so, and loses nothing without a fault", async () => {
    const changes = counting({ everyNth: 2, only: "changes" });
    const statuses = [];
    for (const method of ["PUT", "GET", "GET", "PUT"]) statuses.push(await changes.ask(method));
    assert.deepEqual(statuses, [200, 200, 200, 596]);
    assert.equal(await counting({}).ask("PUT"), 200);
  });

  it("reads its faults anew when their file changes", () => {
    const folder = mkdtempSync(join(tmpdir(), "faults-"));
    try {
      const file = join(folder, "faults.json");
      const faults = faultsIn(file);
      assert.deepEqual(faults(), {});
      writeFileSync(file, '{"everyNth":50}');
      assert.deepEqual(faults(), { everyNth: 50 });
      writeFileSync(file, '{"everyNth":7,"cut":"after"}');
      assert.deepEqual(faults(), { everyNth: 7, cut: "after" });
      writeFileSync(file, '{"every');
      assert.deepEqual(faults(), {});
      rmSync(file);
      assert.deepEqual(faults(), {});
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
