import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anomalyScript } from "../../../../lib/haproxy/anomalyScript";
import { type HaproxyProgram, haproxies } from "../../../support/haproxies";

/** What becomes of a target's requests. A piece of Lua: what `errors` and `ms` are at second `t`. */
interface Played {
  /** Part of its answers that are errors, 0 to 1. */
  errors?: string;
  /** Mean time of an answer. */
  ms?: string;
  /** Whether it is up. */
  up?: string;
  /** An operator's weight. */
  operator?: string;
}

interface Change {
  at: number;
  target: number;
  weight: number | undefined;
  text: string;
}

/** Plays requests that are shared by the weights, second by second, and what the rule makes of it. */
const PLAY = String.raw`
local state = {}
for i, one in ipairs(targets) do state[i] = { name = tostring(i), weight = 100, full = 100, record = {}, ok = 0, errors = 0, avg = 0, due = 0, wrong = 0 } end
for t = 1, seconds do
  local sum = 0
  for i, one in ipairs(targets) do
    local own = state[i]
    own.up = one.up(t)
    own.weight = one.operator(t) or own.weight
    if own.up then sum = sum + own.weight end
  end
  for i, one in ipairs(targets) do
    local own = state[i]
    own.due = own.due + (own.up and rate * own.weight / sum or 0)
    while own.due >= 1 do
      own.due = own.due - 1
      own.wrong = own.wrong + one.errors(t)
      if own.wrong >= 1 then own.wrong, own.errors = own.wrong - 1, own.errors + 1 else own.ok = own.ok + 1 end
      local part = math.min(own.ok + own.errors, 512)
      own.avg = own.avg + (one.ms(t) - own.avg) / part
    end
    own.look = { ok = own.ok, errors = own.errors, timed = own.ok + own.errors, ms = math.ceil(own.avg) }
  end
  for _, change in ipairs(anomaly_mitigation.decide(state, 1000 + t)) do
    if change.weight then state[tonumber(change.name)].weight = change.weight end
    print(t, change.name, change.weight or "-", change.text)
  end
end
`;

describe("the rule that mitigates anomalies", function () {
  this.timeout(120_000);
  let programs: HaproxyProgram[] = [];
  let folder: string;

  before(async function () {
    programs = await haproxies();
    if (programs.length === 0) {
      console.log("    skipped: HAProxy, whose Lua runs the rule, is not installed here");
      this.skip();
    }
  });
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "anomaly-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The same changes with every HAProxy's Lua. */
  function play(targets: Played[], { rate = 100, seconds = 60 } = {}): Change[] {
    const piece = (text = "nil") => `function(t) return ${text} end`;
    const lua = targets.map(
      ({ errors = "0", ms = "5", up = "true", operator }) =>
        `{ errors = ${piece(errors)}, ms = ${piece(ms)}, up = ${piece(up)}, operator = ${piece(operator)} }`,
    );
    const head = `local rate, seconds, targets = ${rate}, ${seconds}, { ${lua.join(", ")} }\n`;
    writeFileSync(join(folder, "rule.lua"), anomalyScript([]));
    writeFileSync(join(folder, "play.lua"), head + PLAY);
    const loads = ["rule", "play"].map((name) => `  lua-load ${join(folder, `${name}.lua`)}\n`);
    const frame = "defaults\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n";
    writeFileSync(
      join(folder, "haproxy.cfg"),
      `global\n${loads.join("")}${frame}listen l\n  bind 127.0.0.1:1\n`,
    );
    const played = programs.map(({ command }) => {
      const words = ["-c", "-f", join(folder, "haproxy.cfg")];
      const { stdout, stderr, status } = spawnSync(command, words, { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      return stdout.split("\n").filter((line) => /^\d+\t/.test(line));
    });
    for (const other of played) assert.deepEqual(other, played[0]);
    return played[0]!.map((line) => {
      const [at, target, weight, text = ""] = line.split("\t");
      const known = weight === "-" ? undefined : Number(weight);
      return { at: Number(at), target: Number(target), weight: known, text };
    });
  }
  const well: Played = {};
  const weights = (changes: Change[], of: number) =>
    changes.filter(({ target }) => target === of).map(({ weight }) => weight);

  it("leaves targets alone that do well, and those that fail alike", () => {
    assert.deepEqual(play([well, well, well]), []);
    const half: Played = { errors: "t > 10 and 0.5 or 0" };
    assert.deepEqual(play([half, half, half]), []);
    assert.deepEqual(
      play([
        { ms: "t > 10 and 500 or 5" },
        { ms: "t > 10 and 480 or 5" },
        { ms: "t > 10 and 510 or 5" },
      ]),
      [],
    );
    assert.deepEqual(
      play([{ errors: "0.05" }, { errors: "0.02" }, { errors: "0.04" }], { rate: 1000 }),
      [],
    );
  });

  it("cuts a target that answers half of its requests with errors to a hundredth within 5 s", () => {
    const changes = play([well, { errors: "t > 10 and 0.5 or 0" }, well], { seconds: 40 });
    assert.deepEqual(weights(changes, 2).slice(0, 2), [12, 1]);
    assert.ok(changes[1]!.at <= 15, JSON.stringify(changes));
    assert.match(changes[1]!.text, /^weight 1 of 100: anomaly, \d+ % errors$/);
    assert.ok(Math.max(...weights(changes.slice(1), 2).map(Number)) <= 2);
  });

  it("cuts it with few requests as well, and with a few errors among many requests", () => {
    const changes = play([well, { errors: "t > 10 and 0.5 or 0" }, well], { rate: 5, seconds: 60 });
    assert.equal(changes[0]?.weight, 12, JSON.stringify(changes));
    const many = play([well, { errors: "t > 10 and 0.12 or 0" }, well], { rate: 1000 });
    assert.ok(weights(many, 2).includes(12));
    assert.deepEqual(play([well, { errors: "t > 10 and 0.05 or 0" }, well], { rate: 1000 }), []);
  });

  it("cuts a target that is ten times as slow, and says how slow", () => {
    const changes = play([well, { ms: "t > 10 and 50 or 5" }, well], { seconds: 70 });
    assert.equal(changes[0]?.weight, 12, JSON.stringify(changes));
    assert.match(changes[0].text, /anomaly, answers in [45]\d ms, others in [56] ms$/);
    const much = play([well, { ms: "t > 10 and 1000 or 5" }, well], { seconds: 40 });
    assert.ok(much[0]!.at <= 18, JSON.stringify(much));
  });

  it("takes one request that takes long for no slow target", () => {
    assert.deepEqual(play([well, { ms: "t == 20 and 2000 or 5" }, well]), []);
    // While its weight comes back, one long answer is a larger part of all.
    const healed = (ms: string) =>
      play([well, { errors: "t > 5 and t <= 9 and 0.5 or 0", ms }, well], {
        rate: 30,
        seconds: 99,
      });
    const raises = healed("5").filter(({ at, weight }) => at > 20 && weight! < 100);
    assert.ok(raises.length > 4, JSON.stringify(raises));
    for (const { at: raised } of raises) {
      const changes = healed(`t == ${raised + 2} and 2000 or 5`).filter(({ at }) => at > 20);
      for (const [i, { weight }] of changes.entries()) {
        if (i > 0) assert.ok(weight! > changes[i - 1]!.weight!, JSON.stringify(changes));
      }
    }
  });

  it("gives the weight back in steps once it is healed, and no sooner", () => {
    const healed = { errors: "t > 10 and t <= 30 and 0.5 or 0" };
    const changes = play([well, healed, well], { seconds: 120 });
    const back = changes.filter(({ at }) => at > 30);
    assert.deepEqual(back.at(-1)?.weight, 100, JSON.stringify(changes));
    assert.equal(back.at(-1)?.text, "weight 100 again: answers as the others do");
    for (const [i, { weight }] of back.entries()) {
      if (i > 0) assert.ok(weight! <= 2 * back[i - 1]!.weight!);
    }
    assert.ok(back.at(-1)!.at - 30 <= 60, JSON.stringify(back));
  });

  it("gives it back without requests to judge by as well", () => {
    const faulty = { errors: "t > 10 and t <= 30 and 0.5 or 0" };
    const changes = play([well, faulty, well], { rate: 5, seconds: 1200 });
    assert.equal(changes.at(-1)?.weight, 100, JSON.stringify(changes));
  });

  it("never reduces a half of the targets or more, nor any of fewer than three", () => {
    const bad = { errors: "t > 10 and 0.5 or 0" };
    assert.deepEqual(play([well, bad]), []);
    for (const count of [4, 5, 6, 7]) {
      const targets = Array.from({ length: count }, (_, i) => (i * 2 < count ? well : bad));
      const reduced = new Set<number>();
      for (const { target, weight } of play(targets, { rate: 300 })) {
        if (weight === 100) reduced.delete(target);
        else reduced.add(target);
        assert.ok(reduced.size * 2 < count, `${reduced.size} of ${count}`);
      }
      assert.ok(reduced.size > 0, `of ${count}`);
    }
  });

  it("gives a weight back at once when too few targets are left", () => {
    const gone = { up: "t <= 20" };
    const changes = play([well, { errors: "t > 5 and 0.5 or 0" }, gone], { seconds: 30 });
    const last = changes.at(-1)!;
    assert.deepEqual([last.weight, last.at], [100, 21], JSON.stringify(changes));
    assert.equal(last.text, "weight 100 again: too few targets are up");
  });

  it("does not hold against a target what it did before it went down", () => {
    const died = { errors: "t == 20 and 1 or 0", up: "t <= 20 or t > 25" };
    const changes = play([well, died, well]);
    assert.deepEqual(
      changes.filter(({ at }) => at > 20 && at <= 27),
      [],
      JSON.stringify(changes),
    );
    const slowly = { errors: "t > 10 and t <= 20 and 0.5 or 0", up: "t <= 20 or t > 25" };
    const back = play([well, slowly, well], { seconds: 90 }).filter(({ at }) => at > 20);
    assert.deepEqual([back[0]?.weight, back.at(-1)?.weight], [2, 100], JSON.stringify(back));
  });

  it("leaves an operator's weight alone, before and while it acts", () => {
    const bad = { errors: "t > 10 and 0.5 or 0" };
    assert.deepEqual(play([well, { ...bad, operator: "30" }, well]), []);
    const changes = play([well, { ...bad, operator: "t == 20 and 50 or nil" }, well]);
    const after = changes.filter(({ at }) => at >= 20);
    assert.deepEqual(
      after.map(({ weight, text }) => [weight, text]),
      [[undefined, "weight 50 is an operator's: left alone"]],
    );
    const returned = play([
      well,
      { ...bad, operator: "t == 20 and 50 or t == 30 and 100 or nil" },
      well,
    ]);
    assert.ok(
      returned.some(({ at, weight }) => at >= 30 && weight === 12),
      "acts again on a full weight",
    );
  });
});
