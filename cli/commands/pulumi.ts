import { openPulumi } from "../lab/session";
import { runAttached } from "../../system/attached";
import { type Command, UsageError } from "../core/command";

export const command: Command = {
  usage: "pulumi -- ARGS…",
  description:
    "Runs Pulumi with the environment of this lab's stack: state, configuration, policy pack, API\n" +
    "token, CA. For example: ./lab pulumi -- stack output",
  takesRest: true,
  passesThrough: true,
  async run(context) {
    if (context.rest.length === 0) {
      throw new UsageError("lab pulumi: needs Pulumi's words: ./lab pulumi -- stack output");
    }
    const { toolchain, env } = await openPulumi(context);
    return runAttached(toolchain.pulumi, context.rest, { cwd: context.paths.root, env });
  },
};
