import assert from "node:assert/strict";
import { parseCall, type Command } from "../../../../cli/core/command";
import { failureDocument, resultDocument } from "../../../../cli/core/document";
import { command as exec } from "../../../../cli/commands/exec";

const plain: Command = { usage: "x", description: "d", run: () => Promise.resolve(0) };

describe("the document of --json", () => {
  it("has a command's own fields beside version and ok", () => {
    const printed = [JSON.stringify({ even: false, requests: 12 })];
    assert.deepEqual(JSON.parse(resultDocument(printed, 1)), {
      version: 1,
      ok: false,
      even: false,
      requests: 12,
    });
  });

  it("has a pretty document's fields as well", () => {
    const printed = JSON.stringify({ version: 1, a: [1, 2] }, undefined, 2);
    assert.deepEqual(JSON.parse(resultDocument([printed], 0)), { version: 1, ok: true, a: [1, 2] });
  });

  it("has the lines of a command that speaks to people only", () => {
    assert.deepEqual(JSON.parse(resultDocument(["{a} b", "", "c\nd"], 0)), {
      version: 1,
      ok: true,
      lines: ["{a} b", "c", "d"],
    });
    assert.deepEqual(JSON.parse(resultDocument([], 0)), { version: 1, ok: true, lines: [] });
  });

  it("has the reason of a failure in one place", () => {
    assert.deepEqual(JSON.parse(failureDocument("no space", "failure")), {
      version: 1,
      ok: false,
      error: { message: "no space", kind: "failure" },
    });
  });

  it("can be asked of every command but those whose output is another program's", () => {
    assert.equal(parseCall("x", plain, ["--json"]).options.json, true);
    assert.throws(() => parseCall("exec", exec, ["lb", "--json", "--", "ls"]), /unknown option/);
    assert.deepEqual(parseCall("exec", exec, ["lb", "--", "ls", "--json"]).rest, ["ls", "--json"]);
  });
});
