import { actionWords } from "../../observer/view/actions";
import type { Command, CommandContext } from "../core/command";
import { parseCall, UsageError } from "../core/command";

/** The commands that a view may run. */
const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  fault: () => import("../commands/fault.js"),
  heal: () => import("../commands/heal.js"),
  drain: () => import("../commands/drain.js"),
  undrain: () => import("../commands/undrain.js"),
};

/**
 * Runs the command behind an action on a target, one after the other, as if it had been typed.
 *
 * @returns what it printed
 * @throws when there is no such action or target, or the command fails
 */
export function actor(context: CommandContext, targets: readonly string[]) {
  let last: Promise<unknown> = Promise.resolve();
  return (action: string, target: string): Promise<string> => {
    const next = last.then(() => run(context, targets, action, target));
    last = next.catch(() => undefined);
    return next;
  };
}

async function run(
  context: CommandContext,
  targets: readonly string[],
  action: string,
  target: string,
): Promise<string> {
  if (!targets.includes(target)) {
    throw new UsageError(`unknown target ${JSON.stringify(target)}; choose ${targets.join(", ")}`);
  }
  const [name = "", ...words] = actionWords(action, target);
  const { command } = await COMMANDS[name]!();
  const printed: string[] = [];
  const call = parseCall(name, command, words);
  await command.run({
    ...context,
    ...call,
    json: false,
    print: (line) => void printed.push(line),
  });
  return printed.join("\n");
}
