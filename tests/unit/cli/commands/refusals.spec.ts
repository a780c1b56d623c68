import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command as bench } from "../../../../cli/commands/bench";
import { command as drain } from "../../../../cli/commands/drain";
import { command as fault } from "../../../../cli/commands/fault";
import { command as heal } from "../../../../cli/commands/heal";
import { command as profile } from "../../../../cli/commands/profile";
import { command as pve } from "../../../../cli/commands/pve";
import { command as test } from "../../../../cli/commands/test";
import { command as undrain } from "../../../../cli/commands/undrain";
import { command as verify } from "../../../../cli/commands/verify";
import { type CommandContext, UsageError } from "../../../../cli/core/command";
import { withLabLock } from "../../../../system/labLock";

const commands = { bench, drain, fault, heal, profile, pve, test, undrain, verify };
type Name = keyof typeof commands;

/** Where no lab is: what looks at the lab first complains of that. */
const root = join(tmpdir(), "homelab-no-lab");

function refusal(words: string[], options: CommandContext["options"] = {}): Promise<Error> {
  const [name, ...args] = words;
  const command = commands[name as Name];
  const paths = { root, state: join(root, ".lab"), cache: root, id: "lab-000000" };
  const context = { args, options, rest: [], stack: "dev", paths } as unknown as CommandContext;
  return command.run(context).then(
    () => assert.fail("was not refused"),
    (error: Error) => error,
  );
}

describe("words that cannot be understood are refused before the lab is looked at", () => {
  const refused: [string, string[], CommandContext["options"], RegExp][] = [
    ["drain without a name", ["drain"], {}, /^lab drain: the name of a target is missing; say/],
    ["undrain without a name", ["undrain"], {}, /^lab undrain: the name of a target is missing/],
    ["fault without words", ["fault"], {}, /^lab fault: the name of a target is missing/],
    ["fault without a kind", ["fault", "app1"], {}, /^the kind of fault is missing; choose kill,/],
    ["an unknown kind", ["fault", "app1", "explode"], {}, /^unknown fault "explode"; choose kill,/],
    ["no time", ["fault", "app1", "kill"], { for: "soon" }, /^--for: must be a time from 1s/],
    ["heal without words", ["heal"], {}, /^lab heal: say the name of a target or --all/],
    ["both of heal", ["heal", "app1"], { all: true }, /^lab heal: say the name of a target or/],
    ["an unknown profile", ["profile", "x"], {}, /^unknown profile "x"; choose tuned,/],
    ["an unknown benchmark", ["bench", "xx"], {}, /^unknown benchmark "xx"; choose lb or up$/],
    [
      "an unknown suite",
      ["test", "untt"],
      {},
      /^unknown suite "untt"; did you mean unit\? Choose /,
    ],
    ["an unknown word", ["pve", "stat"], {}, /^unknown word "stat"; did you mean start\? Choose /],
    ["no word for the node", ["pve"], {}, /^what to do with the node is missing; choose info,/],
    ["verify with no number", ["verify"], { n: "x" }, /^-n: must be a whole number from 1 to/],
  ];
  for (const [title, words, options, message] of refused) {
    it(title, async () => {
      const error = await refusal(words, options);
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, message);
    });
  }
});

describe("commands that change the lab", () => {
  for (const words of [
    ["fault", "app1", "kill"],
    ["heal", "app1"],
    ["drain", "app1"],
    ["undrain", "app1"],
  ]) {
    it(`wait for no other: ${words[0]} is refused while an experiment measures`, async () => {
      const state = mkdtempSync(join(tmpdir(), "homelab-lock-"));
      try {
        const paths = { root: state, state, cache: state, id: "lab-000000" };
        const [name, ...args] = words;
        const command = commands[name as Name];
        const context = {
          args,
          options: {},
          rest: [],
          stack: "dev",
          paths,
        } as unknown as CommandContext;
        await withLabLock(paths, "experiment", () =>
          assert.rejects(command.run(context), /^Error: lab: \.\/lab experiment is at work/),
        );
      } finally {
        rmSync(state, { recursive: true, force: true });
      }
    });
  }
});
