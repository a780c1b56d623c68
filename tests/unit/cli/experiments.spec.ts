import assert from "node:assert/strict";
import { command } from "../../../cli/commands/experiment";
import type { CommandContext } from "../../../cli/core/command";
import { judgeBurst } from "../../../cli/experiments/burst";
import { judgeAway } from "../../../cli/experiments/databaseAway";
import { describeResult } from "../../../cli/experiments/describe";
import { describeSuite } from "../../../cli/experiments/describeSuite";
import { judgeMitigated } from "../../../cli/experiments/greyMitigated";
import type { SetWeight } from "../../../observer/anomalies";
import { judgeGrey } from "../../../cli/experiments/grey";
import { measured } from "../../../cli/experiments/measured";
import { brokenMs } from "../../../cli/experiments/disturb";
import { lostElsewhere } from "../../../cli/experiments/faultExperiment";
import { everyPlan, suiteOf } from "../../../cli/experiments/run";
import type { ExperimentResult } from "../../../observer/experiment";
import type { ProbeRecord } from "../../../observer/prober";

const targets = ["app1", "app2", "app3"];

/** One request every 10 ms, in turn; `change` says what became of it. */
function requests(
  change: (dueAt: number, target: string) => Partial<ProbeRecord> = () => ({}),
  forMs = 20_000,
): ProbeRecord[] {
  return Array.from({ length: forMs / 10 }, (_, index) => {
    const dueAt = index * 10;
    const target = targets[index % 3]!;
    const ok = { outcome: "ok" as const, status: 200, target, doneAt: dueAt + 5 };
    const sent = { method: "GET" as const, connection: "kept" as const, dueAt, sentAt: dueAt };
    return { ...sent, ...ok, ...change(dueAt, target) };
  });
}

const failed = { outcome: "failed" as const, status: 500 };
const times = {
  target: "app2",
  targets,
  faultAt: 4900,
  damagedAt: 5000,
  healAt: 11_000,
  due: 2000,
};
const unmet = (judged: { expectation: string; pass: boolean }[]) =>
  judged.filter(({ pass }) => !pass).map(({ expectation }) => expectation);

describe("a POST that is lost", () => {
  const lost = (at: number, doneAt: number, nothingBreaks = false) => {
    const record = { method: "POST", connection: "kept", outcome: "failed", dueAt: at } as const;
    const records = [{ ...record, sentAt: at, doneAt }];
    return lostElsewhere({ ...times, records, events: [] }, nothingBreaks).length;
  };

  it("may have been in flight on the target until that is out", () => {
    assert.deepEqual([lost(4850, 4950), lost(4950, 5000)], [0, 0]);
  });

  it("was not when it ended before the fault, began after it, or nothing broke", () => {
    assert.deepEqual([lost(4000, 4100), lost(6000, 6100), lost(4950, 5000, true)], [1, 1, 1]);
  });
});

describe("a target that is broken", () => {
  it("stays so for as long as a profile's checks need to take it out", () => {
    const all = ["tuned", "plain", "alb-default"].map((profile) => brokenMs(profile, 6000));
    assert.deepEqual(all, [6000, 15_000, 73_000]);
    assert.equal(brokenMs("", 4000), 4000);
  });
});

describe("a grey failure", () => {
  /** Every second answer of app2 is an error while it lasts. */
  const records = requests((at, target) =>
    target === "app2" && at >= 5000 && at < 11_000 && Math.floor(at / 30) % 2 === 0 ? failed : {},
  );
  const grey = { ...times, records, events: [] };

  it("is one that clients see and nobody else", () => {
    assert.deepEqual(unmet(judgeGrey(grey)), []);
  });

  it("is none when the target is taken out", () => {
    const down = { at: 6000, kind: "down" as const, target: "app2", text: "" };
    assert.match(unmet(judgeGrey({ ...grey, events: [down] }))[0]!, /^app2 stays healthy/);
  });

  it("is none when no error is seen", () => {
    assert.deepEqual(unmet(judgeGrey({ ...grey, records: requests() })), [
      "clients see the errors: 16.7 % of all requests, ±2",
      "every failure is an error that app2 answered",
    ]);
  });

  it("is not all there is when another target fails, or one fails after the repair", () => {
    const others = requests((at) => (at === 14_000 ? failed : {}));
    const both = { ...grey, records: [...records, ...others] };
    assert.ok(unmet(judgeGrey(both)).includes("no failure after the repair"));
    assert.ok(unmet(judgeGrey(both)).includes("every failure is an error that app2 answered"));
  });
});

describe("a grey failure that is mitigated", () => {
  /** app2 fails by half, and after 3 s gets one request in two hundred. */
  const mitigated = (from = 8000) =>
    requests((at, target) => {
      if (target !== "app2" || at < 5000 || at >= 25_000) return {};
      return at < from ? (Math.floor(at / 30) % 2 === 0 ? failed : {}) : { target: "app1" };
    }, 40_000);
  const observed = { ...times, events: [], healAt: 25_000 };
  const during: SetWeight = {
    ...{ group: "app", target: "app2", weight: 1, full: 100, owner: "anomaly" },
    ...{ since: 6000, reason: "48 % errors" },
  };
  const watch = { during, backAt: 30_000 };

  it("is hardly seen 5 s later, and its target comes back", () => {
    assert.deepEqual(unmet(judgeMitigated({ ...observed, records: mitigated() }, watch)), []);
  });

  it("is not mitigated where the target keeps its share, and where nobody says why it has less", () => {
    const found = unmet(
      judgeMitigated({ ...observed, records: mitigated(25_000) }, { backAt: 30_000 }),
    );
    assert.deepEqual(found, [
      "app2 gets less, and it is said why",
      "5 s after the fault clients see errors for less than 0.5 % of GETs",
      "and app2 has less than 5 % of them",
    ]);
  });

  it("is not over while the weight or the share is not back", () => {
    const records = mitigated().filter(({ dueAt, target }) => dueAt < 25_000 || target !== "app2");
    assert.deepEqual(unmet(judgeMitigated({ ...observed, records }, watch)), [
      "and its share, 33 % ±10",
    ]);
    const never = judgeMitigated({ ...observed, records: mitigated() }, { during });
    assert.deepEqual(unmet(never), [
      "after the repair its full weight comes back within 90 s",
      "and its share, 33 % ±10",
    ]);
  });
});

describe("a database that is away", () => {
  const page = (target: string, database = "down: timed out") => ({
    status: 200,
    target,
    body: { database },
  });
  const ready = [{ status: 503 }, { status: 503 }];

  it("is told by every target's page, and by /readyz", () => {
    assert.deepEqual(unmet(judgeAway({ pages: targets.map((t) => page(t)), ready }, targets)), []);
  });

  it("is not told when a target is missing, or one claims that it is up", () => {
    const two = targets.slice(1).map((target) => page(target));
    assert.equal(unmet(judgeAway({ pages: two, ready }, targets)).length, 1);
    const claims = [...targets.map((target) => page(target)), page("app1", "up")];
    assert.equal(unmet(judgeAway({ pages: claims, ready }, targets)).length, 1);
  });

  it("is not told when nothing was asked", () => {
    assert.equal(unmet(judgeAway({ pages: [], ready: [] }, targets)).length, 2);
  });
});

describe("a burst", () => {
  const window = { from: 8000, until: 10_000, queued: 0 };

  it("is borne when nothing fails, queues or stays slow", () => {
    assert.deepEqual(unmet(judgeBurst(requests(), window)), []);
  });

  it("is not borne when requests queue, or are slow afterwards", () => {
    assert.equal(unmet(judgeBurst(requests(), { ...window, queued: 3 })).length, 1);
    const slow = requests((dueAt) => (dueAt > 12_000 ? { doneAt: dueAt + 200 } : {}));
    assert.deepEqual(unmet(judgeBurst(slow, window)), [
      "p99 of all requests a second after the burst above normal within 100 ms",
    ]);
  });
});

describe("results of experiments", () => {
  const records = requests((at) => (at === 6000 ? { outcome: "failed", error: "cut off" } : {}));
  const began = { began: 5990, redispatched: true, target: "app1", text: "" };
  const events = [{ at: 6010, kind: "retried" as const, ...began }];
  const loaded = measured({ records, events, targets, faultAt: 5000 });
  const result = (changes: Partial<ExperimentResult> = {}): ExperimentResult => ({
    version: 1,
    experiment: "failover",
    profile: "tuned",
    rate: 100,
    url: "http://lb/",
    startedAt: "2026-11-27T00:00:00.000Z",
    pass: true,
    expectations: [{ expectation: "no GET is lost", measured: "1 lost", pass: false }],
    targets,
    ...loaded,
    ...changes,
  });

  it("count every request, each loss and what retries hid", () => {
    assert.deepEqual(loaded.accounts.GET, { sent: 2000, ok: 1999, failed: 1, pending: 0 });
    assert.deepEqual(
      loaded.losses.map(({ atMs, reason }) => [atMs, reason]),
      [[1000, "cut off"]],
    );
    assert.deepEqual(loaded.masked, { retried: 1, redispatched: 1, queued: 0 });
    assert.equal(loaded.series.failed[Math.floor((6000 - 5000) / 100) + 50], 1);
  });

  it("are told with their losses and expectations", () => {
    const text = describeResult(result());
    assert.match(text, /^lost: GET at 1000 ms \(app1\): cut off$/m);
    assert.match(text, /^FAIL {2}no GET is lost {2}1 lost$/m);
    assert.doesNotMatch(text, /undefined/);
  });

  it("say when the machine was too busy to conclude from them", () => {
    const late = requests((dueAt) => ({ sentAt: dueAt + 80, doneAt: dueAt + 90 }));
    const { busy } = measured({ records: late, events, targets, faultAt: 5000 });
    assert.match(busy ?? "", /prober late by 80 ms; repeat before concluding$/);
    assert.equal(loaded.busy, undefined);
    assert.match(describeSuite(suiteOf("all", [result({ busy })])), /^failover \(tuned\): this/m);
  });

  it("are put side by side, and fail together when one does", () => {
    const results = [result(), result({ profile: "plain", pass: false })];
    const suite = suiteOf("failover", results);
    assert.equal(suite.pass, false);
    const text = describeSuite(suite);
    assert.match(text, /^FAIL +failover +plain +1 of 2000 /m);
    assert.match(text, /^not met: failover \(plain\): no GET is lost: 1 lost$/m);
    assert.match(text, /^1 of 2 passed$/m);
    assert.equal(suiteOf("all", []).pass, false);
  });

  it("of all are one of each, and failover under every profile", () => {
    const plans = everyPlan(50).map(({ name, profile }) => `${name} ${profile}`);
    assert.equal(plans.length, 14);
    assert.ok(plans.includes("failover alb-default") && plans.includes("failover plain"));
    assert.equal(new Set(plans).size, plans.length);
  });
});

describe("lab experiment", () => {
  const refusal = async (args: string[], options: CommandContext["options"] = {}) => {
    const context = { args, options } as unknown as CommandContext;
    return command.run(context).then(
      () => "accepted",
      (error: Error) => error.message,
    );
  };

  it("refuses what there is not, and names what there is", async () => {
    assert.match(await refusal(["explode"]), /^unknown experiment "explode"; choose /);
    assert.match(await refusal(["failovre"]), /; did you mean failover\? Choose /);
    assert.match(await refusal([]), /^the name of an experiment is missing; .*burst, idle or all$/);
    const profiles = "choose tuned, alb-default or plain";
    assert.equal(
      await refusal(["hang"], { profile: "fast" }),
      `unknown profile "fast"; ${profiles}`,
    );
  });

  it("refuses options that contradict each other", async () => {
    const both = await refusal(["hang"], { profile: "plain", profiles: true });
    assert.equal(both, "lab experiment: needs one of --profile or --profiles, got both");
    assert.match(await refusal(["all"], { profiles: true }), /takes no profile/);
  });

  it("refuses rates out of range, and none where checks alone tell nothing", async () => {
    const range = 'must be a whole number from 10 to 1000, got "9"';
    assert.equal(await refusal(["hang"], { rate: "9" }), `--rate: ${range}`);
    assert.equal(
      await refusal(["burst"], { rate: "0" }),
      "--rate: 0 is for failover, hang, partition, stop, reject, got it for burst",
    );
  });
});
