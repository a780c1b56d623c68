import { confirm } from "../core/ask";
import { type Command, type CommandContext, UsageError, yesOption } from "../core/command";
import { withLabLock } from "../../system/labLock";
import { apply } from "../init/apply";
import { readJournal } from "../init/journal";
import { openRootShell } from "../init/login";
import { closingWords, describePlan } from "../init/describe";
import { makePlan } from "../init/plan";
import { questionOptions } from "../init/questions";
import { openStackFiles } from "../init/stackFiles";
import { describeUndo, undo } from "../init/undo";
import { devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "init STACK [--undo] [--print] [--yes]",
  description:
    "Makes a stack for your own Proxmox VE: asks for what it needs (or takes options, or\n" +
    "HOMELAB_INIT_<OPTION> from the environment), looks up what the node has, says what it will\n" +
    "touch and how each thing is undone, and does it after a question. Run again it changes what\n" +
    "is answered differently. --print shows the commands and does nothing; --undo takes back what\n" +
    "init made, and refuses while the stack has resources. With PROXMOX_VE_API_TOKEN in the\n" +
    "environment that token is used, and no rights are set.",
  options: {
    ...questionOptions,
    print: { type: "boolean", help: "show what would be done, and do nothing" },
    undo: { type: "boolean", help: "take back what init made" },
    yes: { ...yesOption, help: "take every proposal, ask nothing" },
  },
  maxArgs: 1,
  run: (context) => withLabLock(context.paths, "init", () => init(context)),
};

async function init(outer: CommandContext): Promise<number> {
  const [stack = outer.options.stack as string | undefined] = outer.args;
  if (stack === undefined) {
    throw new UsageError("the name of the stack is missing; for example ./lab init home");
  }
  if (stack === devStack || !/^[A-Za-z][A-Za-z0-9_-]{0,30}$/.test(stack)) {
    throw new UsageError(
      `stack ${JSON.stringify(stack)}: cannot be initialized; give a name of letters, digits, hyphen and ` +
        `underscore that begins with a letter and is not ${devStack}`,
    );
  }
  const context = { ...outer, stack };
  return context.options.undo === true ? takeBack(context) : make(context);
}

async function make(context: CommandContext): Promise<number> {
  const { paths, stack, progress } = context;
  const former = readJournal(paths, stack);
  const found = await makePlan(context, former);
  await using shell = found.shell;
  const { plan } = found;
  for (const line of describePlan(stack, plan)) context.print(line);
  if (context.options.print === true) return 0;
  if (!(await confirm("Do this?", context.yes))) return 1;
  const files = await openStackFiles(context);
  const { host, port, hostKey } = plan.login;
  const journal = { ...(former ?? { made: [] }), host, port, hostKey, node: plan.facts.node };
  try {
    await apply(context, shell, files, plan, journal);
  } catch (error) {
    if (former) throw error;
    progress.warn("init has failed; what it had made is taken back");
    await undo(context, shell, files, journal);
    throw error;
  }
  for (const line of closingWords(stack, plan)) context.print(line);
  return 0;
}

async function takeBack(context: CommandContext): Promise<number> {
  const { paths, stack } = context;
  const journal = readJournal(paths, stack);
  if (!journal) {
    throw new Error(`stack "${stack}": init has made nothing for it, so there is nothing to undo`);
  }
  const files = await openStackFiles(context);
  const left = (await files.exists()) ? await files.resources() : 0;
  if (left > 0) {
    throw new Error(
      `stack "${stack}": still has ${left} resources; remove them first: ./lab down --stack ${stack}`,
    );
  }
  for (const line of describeUndo(stack, journal)) context.print(line);
  if (!(await confirm("Remove these?", context.yes))) return 1;
  const { host, port, hostKey } = journal;
  const keyFile = context.options["ssh-key"] as string | undefined;
  await using shell = await openRootShell({ host, port, hostKey, keyFile });
  await undo(context, shell, files, journal);
  return 0;
}
