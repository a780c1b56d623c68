import assert from "node:assert/strict";
import { parseScript } from "../../../policy/script/shell";

const words = (script: string) => parseScript(script).map((command) => command.words);

describe("the commands of a shell script", () => {
  const cases: [string, string, string[][]][] = [
    ["one a line", "a b\nc", [["a", "b"], ["c"]]],
    ["quotes", `a 'b  c' "d \\"e\\" $f" g\\ h`, [["a", "b  c", 'd "e" $f', "g h"]]],
    ["words put together", `a'b'"c"d`, [["abcd"]]],
    ["an empty word", "a '' b", [["a", "", "b"]]],
    ["comments", "a #b\n# c\nd e#f", [["a"], ["d", "e#f"]]],
    ["continued lines", "a \\\n  b", [["a", "b"]]],
    ["groups and conditions", "if a; then { b; }; fi", [["if", "a"], ["then"], ["b"], ["fi"]]],
    ["substitutions, kept", `a "$(b 'c)' d)" e`, [["a", "$(b 'c)' d)", "e"]]],
    ["a quote with several lines", "a 'b\nc' d", [["a", "b\nc", "d"]]],
  ];
  for (const [name, script, expected] of cases) {
    it(`are read with ${name}`, () => assert.deepEqual(words(script), expected));
  }

  it("know how they hang together", () => {
    const commands = parseScript("a && b || c | d & e\nf &&\ng");
    const read = commands.map(({ words: [name], after }) => `${after} ${name}`);
    assert.deepEqual(read, ["; a", "&& b", "|| c", "| d", "; e", "; f", "&& g"]);
  });

  it("know their redirections", () => {
    const [command] = parseScript("a >b 2>/dev/null <c >>'d e' 2>&1");
    assert.deepEqual(command?.words, ["a"]);
    assert.deepEqual(command?.redirects, [
      { operator: ">", target: "b" },
      { operator: "<", target: "c" },
      { operator: ">>", target: "d e" },
    ]);
  });

  it("know their here documents, whatever stands in them", () => {
    const commands = parseScript("cat <<'END' > f\nrm 'x\n# y\nEND\nb <<-E\n\tz\n\tE\nc");
    assert.deepEqual(
      commands.map(({ words: [name], input }) => [name, input]),
      [
        ["cat", "rm 'x\n# y\n"],
        ["b", "z\n"],
        ["c", undefined],
      ],
    );
  });
});
