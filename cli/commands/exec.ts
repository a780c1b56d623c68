import { nodeAccess } from "../lab/session";
import { vmidOf } from "../lab/guests";
import { attach, inCt } from "../lab/ssh";
import { type Command, UsageError } from "../core/command";
import { devOutputs } from "../stack/outputs";

export const command: Command = {
  usage: "exec NAME -- CMD…",
  description:
    "Runs a command in lb, app1…, db, or on the Proxmox node (pve). Standard input, output and the\n" +
    "exit status pass through.",
  maxArgs: Infinity, // to say where the command belongs
  takesRest: true,
  passesThrough: true,
  async run(context) {
    const [name, ...misplaced] = context.args;
    if (misplaced.length > 0) {
      const meant = [...misplaced, ...context.rest].join(" ");
      throw new UsageError(
        `lab exec: the command goes behind "--", got ${JSON.stringify(misplaced.join(" "))} before it; ` +
          `say ./lab exec ${name} -- ${meant}`,
      );
    }
    if (!name || context.rest.length === 0) {
      throw new UsageError("lab exec: needs a name and a command: ./lab exec lb -- uptime");
    }
    const access = await nodeAccess(context);
    const vmid = await vmidOf(name, access, devOutputs(context.paths));
    const words = vmid === undefined ? context.rest : inCt(vmid, context.rest);
    const tty = process.stdin.isTTY && process.stdout.isTTY;
    return attach(access, words, { tty });
  },
};
