import { openPulumi } from "../lab/session";
import { confirm } from "../core/ask";
import { type Command, yesOption } from "../core/command";
import { withLabLock } from "../../system/labLock";
import { clearInterrupted } from "../stack/prepare";
import { runEngine } from "../stack/runEngine";
import { devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "down [--yes]",
  description:
    "Destroys the stack: every CT with its data, and the private bridge. The embedded node stays,\n" +
    "so that the next `up` is fast; `reset` removes it as well.",
  options: { yes: yesOption },
  run: (context) =>
    withLabLock(context.paths, "down", async () => {
      const question = `Destroy stack "${context.stack}" with the database's data?`;
      if (!(await confirm(question, context.yes))) return 1;
      const session = await openPulumi(context);
      if (context.stack === devStack) await clearInterrupted(context, session);
      const changes = await context.progress.step("Stack: destroy", (note) =>
        runEngine({
          paths: context.paths,
          verb: "destroy",
          args: [],
          pulumi: session.toolchain.pulumi,
          env: session.env,
          note,
        }),
      );
      context.progress.info(`  ${changes}`);
      return 0;
    }),
};
