import assert from "node:assert/strict";
import { eitherOf, suggest, unknownWord } from "../../../../cli/core/suggest";
import { findName } from "../../../../cli/core/words";

describe("the words of a call", () => {
  it("may have the options of every command before the command's name", () => {
    assert.deepEqual(findName(["--stack", "home", "status", "--json"]), {
      name: "status",
      words: ["--stack", "home", "--json"],
    });
    assert.deepEqual(findName(["--stack=home", "-y", "up"]), {
      name: "up",
      words: ["--stack=home", "-y"],
    });
  });

  it("keep what follows the name, and what follows --", () => {
    assert.deepEqual(findName(["exec", "app1", "--", "ls", "--stack"]), {
      name: "exec",
      words: ["app1", "--", "ls", "--stack"],
    });
  });

  it("may have no name at all", () => {
    assert.deepEqual(findName(["--help"]), { words: ["--help"] });
    assert.deepEqual(findName([]), { words: [] });
    assert.deepEqual(findName(["--surprise"]), { name: "--surprise", words: [] });
  });
});

describe("a list in a sentence", () => {
  it("has its last word behind or", () => {
    assert.equal(eitherOf(["lb"]), "lb");
    assert.equal(eitherOf(["lb", "up"]), "lb or up");
    assert.equal(eitherOf(["a", "b", "c"]), "a, b or c");
  });
});

describe("a word that is not known", () => {
  it("is refused with the choice, and what was probably meant", () => {
    assert.equal(
      unknownWord("benchmark", "xx", ["lb", "up"]),
      'unknown benchmark "xx"; choose lb or up',
    );
    assert.equal(
      unknownWord("profile", "palin", ["tuned", "plain"]),
      'unknown profile "palin"; did you mean plain? Choose tuned or plain',
    );
  });

  const commands = ["up", "status", "preview", "down", "drain", "undrain", "verify", "experiment"];
  const meant: [string, string | undefined][] = [
    ["statsu", "status"],
    ["stat", "status"],
    ["doen", "down"],
    ["undrian", "undrain"],
    ["exp", "experiment"],
    ["xyz", undefined],
    ["--surprise", undefined],
  ];
  for (const [word, wanted] of meant) {
    it(`${word} probably means ${wanted ?? "none of them"}`, () => {
      assert.equal(suggest(word, commands), wanted);
    });
  }
});
