import { openPulumi } from "../lab/session";
import { runAttached } from "../../system/attached";
import type { Command } from "../core/command";
import { exec } from "../../system/exec";
import { fillAppImage } from "../stack/prepare";
import { previewLog } from "../stack/previewLog";

export const command: Command = {
  usage: "preview [-- ARGS…]",
  description:
    "Shows what `up` would change, with the policy pack; changes nothing. Words after `--` go to\n" +
    "`pulumi preview`, for example: ./lab preview -- --diff",
  takesRest: true,
  async run(context) {
    const { toolchain, env } = await openPulumi(context);
    await fillAppImage(context);
    const args = ["preview", ...context.rest];
    const options = { cwd: context.paths.root, env };
    // With words of its own the user also says what the output is for, a program perhaps.
    if (!context.json && (process.stdout.isTTY || context.rest.length > 0)) {
      return runAttached(toolchain.pulumi, args, options);
    }
    const log = previewLog((line) => context.print(line));
    const { code } = await exec(toolchain.pulumi, args, { ...options, onLine: log.line });
    log.end();
    return code;
  },
};
