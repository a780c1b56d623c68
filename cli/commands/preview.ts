import { openPulumi } from "../access/session";
import type { Command } from "../core/command";
import { runAttached } from "../core/attached";
import { fillAppImage } from "../stack/prepare";

export const command: Command = {
  usage: "preview [-- ARGS…]",
  description:
    "Shows what `up` would change, with the policy pack; changes nothing. Words after `--` go to\n" +
    "`pulumi preview`, for example: ./lab preview -- --diff",
  takesRest: true,
  async run(context) {
    const { toolchain, env } = await openPulumi(context);
    await fillAppImage(context);
    return runAttached(toolchain.pulumi, ["preview", ...context.rest], {
      cwd: context.paths.root,
      env,
    });
  },
};
