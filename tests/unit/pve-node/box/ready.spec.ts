import assert from "node:assert/strict";
import { type BootingBox, requirePackageCache, untilBooted } from "../../../../pve-node/box/ready";

/** A clock whose pauses pass at once. */
function fakeClock() {
  let time = 0;
  return {
    now: () => time,
    pause: (ms: number) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

/** A box that logs a line each `lineEveryMs` and answers after `answersAtMs`. */
function slowBox(from: { answersAtMs: number; lineEveryMs: number; restartsAtMs?: number }) {
  const clock = fakeClock();
  const removed: number[] = [];
  const box: BootingBox = {
    state: () =>
      Promise.resolve({
        running: true,
        restarts: clock.now() >= (from.restartsAtMs ?? 1e9) ? 4 : 3,
      }),
    log: () => Promise.resolve(`line ${Math.floor(clock.now() / from.lineEveryMs)}`),
    remove: () => Promise.resolve(void removed.push(clock.now())),
  };
  const attempt = () =>
    clock.now() >= from.answersAtMs
      ? Promise.resolve("booted")
      : Promise.reject(new Error("connection refused"));
  return { clock, removed, boot: () => untilBooted(box, attempt, clock) };
}

describe("wait for the embedded node", () => {
  it("lasts as long as a slow machine's node says something new", async () => {
    const { boot } = slowBox({ answersAtMs: 200_000, lineEveryMs: 30_000 });
    assert.equal(await boot(), "booted");
  });

  it("ends a minute or two after the last line of the log, with the log", async () => {
    const { boot, clock, removed } = slowBox({ answersAtMs: 1e9, lineEveryMs: 1e9 });
    await assert.rejects(
      boot(),
      /^Error: embedded node: not ready after \d+ s \(last: connection refused\); its log ends with:\nline 0$/,
    );
    assert.ok(clock.now() < 130_000, `${clock.now()} ms`);
    assert.deepEqual(removed, []);
  });

  it("ends after five minutes also when a service dies and logs that for ever", async () => {
    const { boot, clock } = slowBox({ answersAtMs: 1e9, lineEveryMs: 1000 });
    await assert.rejects(boot(), /not ready after 30\d s/);
    assert.ok(clock.now() < 310_000);
  });

  it("ends at once when Docker has started the node again, and removes its container", async () => {
    const { boot, clock, removed } = slowBox({
      answersAtMs: 1e9,
      lineEveryMs: 1000,
      restartsAtMs: 2000,
    });
    await assert.rejects(boot(), /embedded node: ended while it booted/);
    assert.ok(clock.now() < 3000, `${clock.now()} ms`);
    assert.equal(removed.length, 1);
  });
});

describe("package cache of the embedded node", () => {
  const log = () =>
    Promise.resolve(
      "pve-node: CT 110: starts (onboot)\n" +
        "pve-node: apt-cacher-ng: exit status 1; starts again in 30 s\n",
    );

  it("that does not answer is named within seconds, with what was logged of it", async () => {
    const clock = fakeClock();
    await assert.rejects(
      requirePackageCache({ answers: () => Promise.resolve(false), log }, clock),
      /package cache does not answer on port 3142 after 15 s.*it logged:\npve-node: apt-cacher-ng: exit status 1; starts again in 30 s$/s,
    );
    assert.ok(clock.now() < 20_000);
  });

  it("may come a little later than the API", async () => {
    const clock = fakeClock();
    const answers = () => Promise.resolve(clock.now() > 5000);
    await requirePackageCache({ answers, log }, clock);
  });
});
