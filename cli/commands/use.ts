import { existsSync } from "node:fs";
import { type Command, UsageError } from "../core/command";
import { usedStack, useStack } from "../stack/usedStack";
import { configFile, devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "use [STACK]",
  description:
    "Makes STACK the one of every command that names none with --stack, in this checkout; each\n" +
    "says so while it is not dev. Without STACK it prints which one that is.",
  maxArgs: 1,
  words: [devStack],
  run(context) {
    const { args, paths } = context;
    const [stack] = args;
    if (stack !== undefined) {
      if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
        throw new UsageError(`lab use: must be a stack name, got ${JSON.stringify(stack)}`);
      }
      if (stack !== devStack && !existsSync(configFile(paths, stack))) {
        throw new Error(
          `stack "${stack}": there is no Pulumi.${stack}.yaml; make it with ./lab init ${stack}`,
        );
      }
      useStack(paths, stack);
    }
    context.print(usedStack(paths));
    return Promise.resolve(0);
  },
};
