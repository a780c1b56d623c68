import assert from "node:assert/strict";
import {
  type Command,
  integerOption,
  jsonOption,
  parseCall,
  UsageError,
} from "../../../cli/core/command";
import { commands } from "../../../cli/commands";
import { command as exec } from "../../../cli/commands/exec";
import { commandPage, frontPage } from "../../../cli/core/help";

const plain: Command = {
  usage: "plain",
  description: "d",
  options: { json: jsonOption },
  run: () => Promise.resolve(0),
};
const loose: Command = { ...plain, maxArgs: 1, takesRest: true };

function refused(words: string[], command: Command = plain): string {
  try {
    parseCall("plain", command, words);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  throw new Error("was not refused");
}

describe("parseCall", () => {
  it("sorts options, arguments and what follows --", () => {
    const call = parseCall("x", loose, ["app1", "--stack", "lab2", "--", "ls", "--json"]);
    assert.equal(call.options.stack, "lab2");
    assert.equal(call.options.json, undefined);
    assert.deepEqual(call.args, ["app1"]);
    assert.deepEqual(call.rest, ["ls", "--json"]);
  });

  it("refuses an unknown option", () => {
    assert.equal(
      refused(["--jsno"]),
      "lab plain: unknown option '--jsno'; did you mean json? See ./lab plain --help",
    );
    assert.equal(refused(["--zzz"]), "lab plain: unknown option '--zzz'; see ./lab plain --help");
  });

  it("refuses an option that lacks its value", () => {
    assert.equal(refused(["--stack"]), "lab plain: --stack needs a value; see ./lab plain --help");
  });

  it("names an option of one letter with one hyphen", () => {
    const count: Command = { ...plain, options: { n: { type: "string", value: "N", help: "h" } } };
    assert.equal(refused(["-n"], count), "lab plain: -n needs a value; see ./lab plain --help");
    const short: Command = {
      ...plain,
      options: { number: { type: "string", short: "n", value: "N", help: "h" } },
    };
    assert.equal(
      refused(["-n"], short),
      "lab plain: --number needs a value; see ./lab plain --help",
    );
  });

  it("refuses arguments a command has no use for", () => {
    assert.equal(
      refused(["now"]),
      'lab plain: too many arguments, got "now"; see ./lab plain --help',
    );
  });

  it("refuses words after -- where there are none", () => {
    assert.match(refused(["--", "x"]), /takes nothing after "--"/);
  });

  it("refuses a stack name that could be a path", () => {
    assert.match(refused(["--stack", "../x"]), /--stack must be a stack name, got "\.\.\/x"/);
  });

  it("refuses numbers out of range with the range", () => {
    const range = { min: 1, max: 9, default: 3 };
    assert.equal(integerOption("-n", undefined, range), 3);
    assert.equal(integerOption("-n", "4", range), 4);
    for (const bad of ["0", "10", "1.5", "x"]) {
      assert.throws(() => integerOption("-n", bad, range), {
        message: `-n: must be a whole number from 1 to 9, got "${bad}"`,
      });
    }
  });
});

describe("exec", () => {
  it("says where the command belongs", async () => {
    const call = parseCall("exec", exec, ["app1", "uptime"]);
    await assert.rejects(exec.run({ ...call } as never), {
      message:
        'lab exec: the command goes behind "--", got "uptime" before it; ' +
        "say ./lab exec app1 -- uptime",
    });
  });
});

describe("help", () => {
  it("fits one screen", () => {
    const lines = frontPage(commands).split("\n");
    assert.ok(lines.length <= 30, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 100, line);
  });

  it("names each option of a command", () => {
    const page = commandPage(plain);
    assert.match(page, /^usage: \.\/lab plain$/m);
    assert.match(page, /--json +one JSON document on stdout/);
    assert.match(page, /--stack NAME/);
  });
});
