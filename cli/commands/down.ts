import { listNodePackages, packagesThatStay } from "../../lib/net/nodePackages";
import { apiAccess, nodeAccess, openPulumi, requireOutputs } from "../lab/session";
import { confirm } from "../core/ask";
import { type Command, type CommandContext, yesOption } from "../core/command";
import { databaseContent } from "../database/save";
import { withLabLock } from "../../system/labLock";
import { onNode } from "../lab/ssh";
import { clearInterrupted } from "../stack/prepare";
import { refuseProtected } from "../stack/protection";
import { runEngine } from "../stack/runEngine";
import { runPastFaults } from "../stack/runPastFaults";
import { devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "down [--yes]",
  description:
    "Destroys the stack: every CT with its data, and the private bridge. The embedded node stays,\n" +
    "so that the next `up` is fast; `reset` removes it as well. Where the database is protected\n" +
    "from deletion (databaseDeletionProtection) it is refused, and nothing is deleted.",
  options: { yes: yesOption },
  run: (context) =>
    withLabLock(context.paths, "down", async () => {
      const session = await openPulumi(context);
      await refuseProtected(context, session, await apiAccess(context), "./lab down");
      const lost = await whatIsLost(context);
      const question = `Destroy stack "${context.stack}"? ${lost}`;
      if (context.yes) context.progress.info(`  ${lost}`);
      if (!(await confirm(question, context.yes))) return 1;
      if (context.stack === devStack) await clearInterrupted(context, session);
      const changes = await context.progress.step("Stack: destroy", (note) =>
        runPastFaults(context, session, (onFailure) =>
          runEngine({
            paths: context.paths,
            verb: "destroy",
            args: [],
            pulumi: session.toolchain.pulumi,
            env: session.env,
            note,
            onFailure,
          }),
        ),
      );
      context.progress.info(`  ${changes}`);
      const stays = packagesThatStay(await listOf(context));
      if (stays) context.progress.info(stays);
      if (context.json) context.print(JSON.stringify({ changes, ...(stays && { stays }) }));
      return 0;
    }),
};

/** The list of packages on the node; empty where the node does not answer, for the stack is gone all the same. */
async function listOf(context: CommandContext): Promise<string> {
  const ssh = await nodeAccess(context);
  const { code, stdout } = await onNode(ssh, ["bash", "-c", listNodePackages], {
    timeoutMs: 30_000,
  });
  return code === 0 ? stdout : "";
}

/** What the database holds, which goes with it. */
async function whatIsLost(context: CommandContext): Promise<string> {
  const ssh = await nodeAccess(context);
  const database = await requireOutputs(context).then(
    (outputs) => outputs.database,
    () => undefined, // no up has ended yet
  );
  const content = database && (await databaseContent(ssh, database.vmid));
  return `The database's data is lost: ${content ?? "how much cannot be told"}.`;
}
