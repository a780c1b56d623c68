import { type Command, optionsOf, UsageError } from "../core/command";
import { type Completable, completionScript, type Shell, SHELLS } from "../core/completion";
import type { CommandEntry } from "../core/help";
import { missingWord, unknownWord } from "../core/suggest";

export const command: Command = {
  usage: `completion ${SHELLS.join("|")}`,
  description:
    "A script with which the shell completes commands, options and known words. For one shell:\n" +
    '  eval "$(./lab completion bash)"          in bash or zsh (completion zsh)\n' +
    "  ./lab completion fish | source           in fish",
  maxArgs: 1,
  words: SHELLS,
  async run(context) {
    const [shell] = context.args;
    if (shell === undefined) throw new UsageError(missingWord("the shell", SHELLS));
    if (!isShell(shell)) throw new UsageError(unknownWord("shell", shell, SHELLS));
    // The list of commands holds this one too, hence not at the top.
    const { commands } = await import("./index.js");
    context.print(completionScript(shell, await completables(commands)).trimEnd());
    return 0;
  },
};

const isShell = (text: string): text is Shell => (SHELLS as readonly string[]).includes(text);

/** What each command understands, as its own code says. */
async function completables(entries: readonly CommandEntry[]): Promise<Completable[]> {
  return Promise.all(
    entries.map(async (entry) => completableOf(entry.name, (await entry.load()).command)),
  );
}

export function completableOf(name: string, command: Command): Completable {
  const options = Object.keys(optionsOf(command)).map((option) =>
    option.length === 1 ? `-${option}` : `--${option}`,
  );
  return { name, options, words: command.words ?? [] };
}
