import { join } from "node:path";
import { rmdirSync } from "node:fs";
import type { CommandContext } from "../core/command";
import { removeKeyScript } from "./authorizedKey";
import { type Journal, removeStackFolder, writeJournal } from "./journal";
import type { RootShell } from "./login";
import { removeTokenCommand } from "./rights";
import type { StackFiles } from "./stackFiles";

/** What `undo` will do, one a line. */
export function describeUndo(stack: string, journal: Journal): string[] {
  const { host, made, token, authorizedKey, madeStack } = journal;
  return [
    ...(madeStack ? [`stack "${stack}" and Pulumi.${stack}.yaml`] : []),
    ...(token ? [`${host}: ${removeTokenCommand(stack, token)}`] : []),
    ...[...made].reverse().map(({ undo }) => `${host}: ${undo}`),
    ...(authorizedKey ? [`${host}: the key homelab-${stack} in root's authorized_keys`] : []),
  ];
}

/**
 * Takes back what the journal has, the last first, and nothing else. A template that was downloaded stays: it
 * is of use to others.
 */
export async function undo(
  context: CommandContext,
  shell: RootShell,
  files: StackFiles,
  journal: Journal,
): Promise<void> {
  const { paths, stack } = context;
  if (journal.madeStack) {
    if (await files.exists()) await files.remove();
    journal.madeStack = undefined;
    writeJournal(paths, stack, journal);
  }
  if (journal.token) {
    await shell.run("remove the token", unlessGone(removeTokenCommand(stack, journal.token)));
    journal.token = undefined;
    writeJournal(paths, stack, journal);
  }
  for (let made = journal.made.at(-1); made; made = journal.made.at(-1)) {
    await shell.run(`remove ${made.title}`, undoScript(made.undo));
    journal.made.pop();
    writeJournal(paths, stack, journal);
  }
  if (journal.authorizedKey) {
    await shell.run("remove the stack's key", removeKeyScript(journal.authorizedKey));
  }
  removeStackFolder(paths, stack);
  // The folder of all such stacks goes with the last one.
  try {
    rmdirSync(join(paths.state, "stacks"));
  } catch {
    // others are there
  }
}

/** What somebody has removed already is removed. */
const unlessGone = (command: string) =>
  `said=$(${command} 2>&1) || case "$said" in
  *"no such"* | *"does not exist"*) ;;
  *) printf '%s\\n' "$said" >&2; exit 1 ;;
esac`;

/** A role that another user has been given since then stays. */
function undoScript(command: string): string {
  const role = /^pveum role delete (\S+)$/.exec(command)?.[1];
  if (!role) return unlessGone(command);
  return `if pvesh get /access/acl --output-format json | grep -q '"roleid":"${role}"'; then exit 0; fi
${unlessGone(command)}`;
}
