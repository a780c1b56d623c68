import { comment } from "../ci/comment";
import { ciPreview, textOption } from "../ci/ciPreview";
import { type Command, UsageError, yesOption } from "../core/command";
import { unknownWord } from "../core/suggest";
import { devStack } from "../stack/workingCopy";
import { stackPreview } from "../ci/stackPreview";
import { removeLeftovers, removeStanding } from "../ci/workspace";

const actions = ["preview", "comment", "clean"] as const;

export const command: Command = {
  usage:
    "ci preview --base REF [--head REF] [--rehearse] [--labels LIST], ci preview --stack NAME, " +
    "ci comment, ci clean",
  description:
    "Shows what a pull request would do, as Markdown: deploys the commit where it left the base on an\n" +
    "embedded node of its own, which is removed afterwards, and previews the change on it, with the\n" +
    "policies of both. Resources, traffic, data, policies, budget, who reaches whom, and the texts that\n" +
    "differ. --rehearse also applies the change under load and counts the requests that are lost.\n" +
    "Exit status: 0 nothing stands against it, 1 it could not be found out, 2 wrong call, 3 a policy is\n" +
    "violated, 4 data would be lost (label allow-data-loss), 5 guarded files are changed (label\n" +
    "allow-guarded-change), 6 the change does not work, 7 the base does not come up, 8 the rehearsal\n" +
    "lost requests or failed.\n" +
    "--stack NAME previews this checkout on that stack's state: nothing is changed, and neither Proxmox nor\n" +
    "SSH is used. It is refused where the CI says that the code is a fork's. --base is for the list of files.\n" +
    "comment writes the report of a GitHub workflow's run on its pull request (docs/pull-requests.md).\n" +
    "clean removes the lab that previews with --keep have left standing.",
  options: {
    base: { type: "string", value: "REF", help: "what the change is for, such as origin/main" },
    head: { type: "string", value: "REF", help: "the change (default: HEAD)" },
    repository: { type: "string", value: "DIR", help: "its clone (default: this checkout)" },
    rehearse: { type: "boolean", help: "apply the change under load, too" },
    labels: { type: "string", value: "LIST", help: "the pull request's labels, with commas" },
    out: { type: "string", value: "DIR", help: "folder of preview.md, report.json (.lab/ci)" },
    timeout: { type: "string", value: "MINUTES", help: "the longest it may take (default: 60)" },
    keep: { type: "boolean", help: "let the lab stand, for the next preview with --keep" },
    yes: { ...yesOption, help: "install missing packages without asking" },
  },
  maxArgs: 1,
  words: actions,
  async run(context) {
    const [action = ""] = context.args;
    if (!actions.includes(action as (typeof actions)[number])) {
      throw new UsageError(unknownWord("action", action, actions));
    }
    if (action === "comment") {
      context.print(await comment(process.env));
      return 0;
    }
    if (action === "clean") {
      const { paths, progress } = context;
      await removeLeftovers(progress);
      const removed = await removeStanding(paths, progress);
      progress.info(removed ? "the standing lab is removed" : "there is no standing lab");
      return 0;
    }
    if (context.stack !== devStack) return stackPreview(context);
    if (textOption(context.options.base) === undefined) {
      throw new UsageError(
        "lab ci preview: --base is missing; name what the change is for, such as --base origin/main",
      );
    }
    return ciPreview(context);
  },
};
