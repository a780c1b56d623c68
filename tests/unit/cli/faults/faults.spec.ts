import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { faultOf } from "../../../../cli/faults/kinds";
import {
  healScript,
  injectScript,
  listScript,
  parseActive,
} from "../../../../cli/faults/faultScripts";
import { FAULT_KINDS, formatFault, parseFault } from "../../../../cli/faults/faultSpec";

const database = { address: "10.10.10.50", port: 5432 };
const target = { vmid: 112, port: 3000, loadBalancerAddress: "10.10.10.10", database };

function understood(script: string): void {
  const checked = spawnSync("bash", ["-n", "-c", script], { encoding: "utf8" });
  assert.equal(checked.stderr, "");
}

describe("faults", () => {
  for (const kind of FAULT_KINDS) {
    it(`${kind} is a script that shells understand, with a repair and an expectation`, () => {
      const spec = parseFault(kind);
      const fault = faultOf(spec, target);
      understood(injectScript({ vmid: 112, spec, fault, seconds: 10, token: "t" }));
      understood(healScript(112, kind, fault));
      // What runs inside the CT is a script of its own, for another shell.
      for (const text of [fault.inject, fault.undo]) {
        const inner = spawnSync("bash", ["-c", `pct() { printf %s "$6"; }; ${text}`], {
          encoding: "utf8",
        }).stdout;
        const checked = spawnSync("sh", ["-n", "-c", inner], { encoding: "utf8" });
        assert.equal(checked.stderr, "");
        if (kind !== "stop") assert.notEqual(inner, "");
      }
      assert.ok(fault.expect);
    });
  }

  it("touch only what is marked as theirs, and nothing of Docker's access rules", () => {
    const { inject, undo } = faultOf({ kind: "drop" }, target);
    assert.doesNotMatch(inject + undo, /DOCKER-USER|-F /);
    assert.equal(inject.match(/--comment homelab-fault-drop/g)?.length, 2);
  });

  it("of the database cut off this node's database traffic alone", () => {
    const { inject } = faultOf({ kind: "db" }, target);
    assert.match(inject, /-p tcp -d 10\.10\.10\.50 --dport 5432 /);
    assert.match(inject, /-p tcp -s 10\.10\.10\.50 --sport 5432 /);
  });

  it("tell the service how much", () => {
    const { inject } = faultOf(parseFault("error=30%,checks"), target);
    assert.match(inject, /echo "30 checks" \| install .* \/etc\/homelab\/web\/fault-error/);
    assert.match(faultOf(parseFault("slow"), target).inject, /echo "500" .*\/fault-slow/);
  });

  it("schedule the repair before the damage is done", () => {
    const spec = { kind: "kill" as const };
    const fault = { inject: "break", undo: "repair", expect: "" };
    const script = injectScript({ vmid: 1, spec, fault, seconds: 5, token: "t" });
    assert.ok(script.indexOf("sleep 5") < script.indexOf("break"));
    const open = injectScript({ vmid: 1, spec, fault, token: "t" });
    assert.doesNotMatch(open, /sleep|systemd-run/);
  });

  it("are read back from the node's files", () => {
    const lines = [
      "112.error ab12 1795494753 1795494763 4711 error=50% 4711 -",
      "113.drop cd 7 - 4711 drop 4711 -",
      "noise",
    ];
    assert.deepEqual(parseActive(lines.join("\n")), [
      {
        vmid: 112,
        spec: { kind: "error", amount: 50 },
        since: 1795494753,
        until: 1795494763,
        over: false,
      },
      { vmid: 113, spec: { kind: "drop" }, since: 7, over: false },
    ]);
    understood(listScript());
  });

  const over = (line: string) => parseActive(line)[0]?.over;

  it("are over when their CT runs anew, except what Docker remembers", () => {
    assert.equal(over("112.drop t 7 - 4711 drop 5000 -"), true);
    assert.equal(over("112.stop t 7 - 4711 stop - -"), false);
    assert.equal(over("112.stop t 7 - 4711 stop 5000 -"), true);
    assert.equal(over("112.kill t 7 - 4711 kill 5000 false"), false);
    assert.equal(over("112.kill t 7 - 4711 kill 4711 true"), true);
  });
});

describe("the word for a fault", () => {
  for (const [text, form] of [
    ["kill", "kill"],
    ["error", "error=50%"],
    ["error=1%", "error=1%"],
    ["error=100%,checks", "error=100%,checks"],
    ["slow", "slow=500ms"],
    ["slow=2s", "slow=2000ms"],
    ["slow=60s", "slow=60000ms"],
  ]) {
    it(`reads ${text} as ${form}`, () => {
      const spec = parseFault(text!);
      assert.equal(formatFault(spec), form);
      assert.deepEqual(parseFault(form!), spec);
    });
  }

  const kinds =
    "hoose kill, stop, hang, drop, reject, error[=50%], slow[=500ms], flap, db, full or memory";
  const share = 'must be 1% to 100%, with ",checks" behind it if health checks are to see it too';
  const delay = 'must be 10ms to 60s, with ",checks" behind it if health checks are to see it too';
  for (const [text, message] of [
    ["explode", `unknown fault "explode"; c${kinds}`],
    ["kil", `unknown fault "kil"; did you mean kill? C${kinds}`],
    ["", `unknown fault ""; c${kinds}`],
    ["kill=9", 'fault kill: takes no value, got "kill=9"; write kill'],
    ["error=0%", `fault error: ${share}, got "0%"`],
    ["error=101%", `fault error: ${share}, got "101%"`],
    ["error=50", `fault error: ${share}, got "50"`],
    ["error=", `fault error: ${share}, got ""`],
    ["error=50%,all", `fault error: ${share}, got "50%,all"`],
    ["slow=9ms", `fault slow: ${delay}, got "9ms"`],
    ["slow=61s", `fault slow: ${delay}, got "61s"`],
    ["slow=-1s", `fault slow: ${delay}, got "-1s"`],
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseFault(text!), { message });
    });
  }
});
