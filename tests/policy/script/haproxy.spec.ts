import assert from "node:assert/strict";
import { linesOf, parseHaproxy, says } from "../../../policy/script/haproxy";

describe("sections of a haproxy.cfg", () => {
  it("have their lines as words, without comments", () => {
    const [section] = parseHaproxy(
      "# first\nbackend app # the targets\n\n  server a 10.0.0.1:80 # b\n",
    );
    assert.deepEqual(section, {
      kind: "backend",
      name: "app",
      lines: [["server", "a", "10.0.0.1:80"]],
      defaults: [],
    });
  });

  it("keep quoted words together, and what is escaped", () => {
    const [section] = parseHaproxy(`frontend f\n  a "b # c" 'd "e"' f\\ g ""\n`);
    assert.deepEqual(section?.lines, [["a", "b # c", 'd "e"', "f g", ""]]);
  });

  it("have the defaults before them, or those they name", () => {
    const text =
      "defaults one\n option a\ndefaults two\n option b\nbackend x\nbackend y from one\n no option a\n";
    const [, , x, y] = parseHaproxy(text);
    assert.ok(x && y);
    assert.ok(says(x, "option", "b") && !says(x, "option", "a"));
    assert.ok(!says(y, "option", "a") && !says(y, "option", "b"));
  });

  it("are found by the first words of a line", () => {
    const [section] = parseHaproxy("listen l\n stats uri /\n stats enable\n bind :1\n");
    assert.ok(section);
    assert.deepEqual(linesOf(section, "stats", "enable"), [["stats", "enable"]]);
  });
});
