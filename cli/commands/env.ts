import { openPulumi } from "../lab/session";
import type { Command } from "../core/command";
import { exportLines } from "../stack/environment";

export const command: Command = {
  usage: "env",
  description:
    "Prints the environment in which plain Pulumi works on this lab's stack, for a shell:\n" +
    '  eval "$(./lab env)"; pulumi preview\n' +
    "It holds the API token's secret: keep it out of logs.",
  async run(context) {
    const { env } = await openPulumi(context);
    for (const line of exportLines(env)) context.print(line);
    return 0;
  },
};
