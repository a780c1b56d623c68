import assert from "node:assert/strict";
import { ANOMALY_SCRIPT, anomalyScript } from "../../lib/haproxy/anomalyScript";
import { loadsKnownProgram } from "../../policy/luaPrograms";

const line = ["lua-load", ANOMALY_SCRIPT];
const known = (text: string, words = line) =>
  loadsKnownProgram(words, new Map([[ANOMALY_SCRIPT, text]]));

/** Whoever changes the program reads it again, and puts its new sum into policy/luaPrograms.ts. */
describe("the program in Lua that policies know", () => {
  it("is the one that the stack installs, for any target groups", () => {
    for (const groups of [[], ["app"], ["app", "canary-2"]]) {
      assert.ok(known(anomalyScript(groups)), JSON.stringify(groups));
    }
  });

  it("is no other text, and nothing that poses as a target group", () => {
    const text = anomalyScript(["app"]);
    assert.ok(!known(`${text}os.execute("id")\n`));
    assert.ok(!known(text.replace('"app"', 'os.execute("id")')));
    assert.ok(!known(text.replace('"app"', '"app", os.execute("id")')));
    assert.ok(!known(text.replace('"app"', '"app\\"..os.execute()"')));
    assert.ok(
      !known(`local GROUPS = { "app" }\n${text.replace('"app"', '"app" } os.execute("id")')}`),
    );
  });

  it("is loaded by itself, from its own place", () => {
    const text = anomalyScript(["app"]);
    assert.ok(!known(text, [...line, "more"]));
    assert.ok(!known(text, ["lua-load-per-thread", ANOMALY_SCRIPT]));
    assert.ok(!known(text, ["lua-load", "/etc/haproxy/other.lua"]));
    assert.ok(!loadsKnownProgram(line, new Map()));
  });
});
