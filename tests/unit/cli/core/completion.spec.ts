import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { completableOf } from "../../../../cli/commands/completion";
import { command as fault } from "../../../../cli/commands/fault";
import { command as profile } from "../../../../cli/commands/profile";
import { completionScript } from "../../../../cli/core/completion";

const commands = [completableOf("fault", fault), completableOf("profile", profile)];

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${completionScript("bash", commands)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lab
printf '%s\\n' "\${COMPREPLY[@]}"
complete -p ./lab >/dev/null`;
  const { status, stdout, stderr } = spawnSync("bash", ["-uc", script, "-", "./lab", ...words], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "");
}

describe("completion in bash", () => {
  it("offers commands, behind help as well", () => {
    assert.deepEqual(offered("pr"), ["profile"]);
    assert.deepEqual(offered(""), ["fault", "profile", "help"]);
    assert.deepEqual(offered("help", "f"), ["fault"]);
    assert.deepEqual(offered("--v"), ["--version"]);
  });

  it("offers the words and the options of a command", () => {
    assert.deepEqual(offered("fault", "app1", "h"), ["hang"]);
    assert.deepEqual(offered("--json", "profile", "p"), ["plain"]);
    assert.deepEqual(offered("--stack", "home", "profile", "p"), ["plain"]);
    assert.deepEqual(offered("fault", "app1", "--f"), ["--for"]);
    assert.deepEqual(offered("profile", "--s"), ["--stack"]);
  });

  it("offers nothing behind --", () => {
    assert.deepEqual(offered("fault", "--", "h"), []);
  });
});

describe("completion in other shells", () => {
  it("is bash's in zsh, which is told to run it", () => {
    const script = completionScript("zsh", commands);
    assert.match(
      script,
      /^autoload -Uz compinit bashcompinit && compinit -u && bashcompinit\n_lab\(\)/,
    );
  });

  it("names words and options in fish", () => {
    const lines = completionScript("fish", commands).split("\n");
    assert.ok(
      lines.includes("complete -c lab -n __fish_use_subcommand -f -a 'fault profile help'"),
    );
    assert.ok(lines.includes("complete -c lab -n '__fish_seen_subcommand_from fault' -l for"));
  });
});
