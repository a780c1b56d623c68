import assert from "node:assert/strict";
import { type FailedRun, isPassing, pastPassingFaults } from "../../../../cli/stack/passingFaults";

const BROKEN =
  'app1-ct: Container create: error while waiting for task "UPID:pve1:0001:vzcreate:111:" to complete: error ' +
  "retrieving task status: received an HTTP 596 response - Reason: Broken pipe";
const LOCKED =
  'app2-ct: Container start: task "UPID:pve1:0002:vzstart:112:" failed to complete with exit code: can\'t lock ' +
  "file '/run/lock/lxc/pve-config-112.lock' - got timeout";

class Failed extends Error implements FailedRun {
  constructor(readonly failures: readonly string[]) {
    super(failures.join());
  }
}

/** Runs that end one after the other as told; how often it ran, and what came between. */
async function runs(...ends: (string[] | "ok")[]) {
  const repetitions: number[] = [];
  let count = 0;
  const result = await pastPassingFaults({
    work: () => {
      const end = ends[count++];
      return end === "ok" ? Promise.resolve("done") : Promise.reject(new Failed(end ?? []));
    },
    failedRun: (error) => (error instanceof Failed ? error : undefined),
    between: (_failed, repetition) => Promise.resolve(void repetitions.push(repetition)),
  }).catch((error: Error) => error.message);
  return { count, repetitions, result };
}

describe("a run that failed for a reason that passes", () => {
  it("is known by Proxmox's own texts", () => {
    for (const text of [
      BROKEN,
      LOCKED,
      "app1-host: unable to start CT 111: exit status 255: kex_exchange_identification: read: Connection reset by peer",
      'preflight: may not ask for nodes, got 596 "Broken pipe"',
    ]) {
      assert.ok(isPassing(text), text);
    }
    for (const text of [
      "app3-host: unable to start CT 113: exit status 255: startup for container '113' failed",
      "vmid 111: wanted for app1, but taken by a guest that is not this lab's",
      "received an HTTP 403 response - Reason: Permission check failed (/vms/111, VM.Allocate)",
      "received an HTTP 500 response - Reason: storage 'local' does not exist",
    ]) {
      assert.ok(!isPassing(text), text);
    }
  });

  it("is done again, twice at most", async () => {
    assert.deepEqual(await runs([BROKEN], "ok"), { count: 2, repetitions: [1], result: "done" });
    assert.deepEqual(await runs([BROKEN, LOCKED], [LOCKED], "ok"), {
      ...{ count: 3, repetitions: [1, 2], result: "done" },
    });
    assert.deepEqual(await runs([BROKEN], [BROKEN], [BROKEN], "ok"), {
      ...{ count: 3, repetitions: [1, 2], result: BROKEN },
    });
  });

  it("ends at once when one failure is of another kind, or none is known", async () => {
    const other = "app3-host: unable to start CT 113: startup failed";
    assert.deepEqual(await runs([BROKEN, other], "ok"), {
      ...{ count: 1, repetitions: [], result: `${BROKEN},${other}` },
    });
    assert.deepEqual(await runs([], "ok"), { count: 1, repetitions: [], result: "" });
  });
});
