import { nodeAccess, requireOutputs } from "../lab/session";
import { withLabLock } from "../../system/labLock";
import { followUp } from "../stack/followUp";
import { type Command, UsageError } from "../core/command";
import { FAULT_KINDS } from "../faults/faultSpec";
import { faultFor, inject, requireFault, requireName, requireTarget } from "../faults/faults";

const longestSeconds = 3600;

export const command: Command = {
  usage: "fault NAME KIND [--for 10s]",
  description: `Breaks a target. KIND is one of
  kill           its container is killed        error[=50%]   that share of answers is 500
  stop           its CT is stopped              slow[=500ms]  its answers come late
  hang           its service is frozen          flap          it goes and comes, every 4 s
  drop           packets between it and the     db            it cannot reach the database
                 load balancer vanish           full          its disk is full
  reject         its connections are reset      memory        its memory is taken, up to its cap
Health checks see nothing of error and slow unless told so: error=100%,checks.
Prints the command that does it. With --for the Proxmox node itself repairs it, even when this
machine is gone by then; without, it stays until ./lab heal. A reboot of its CT ends every kind
but kill. ./lab status shows what is in force.`,
  options: { for: { type: "string", value: "TIME", help: "repair by itself after 10s, 2m, …" } },
  maxArgs: 2,
  words: FAULT_KINDS,
  async run(context) {
    const [given, word] = context.args;
    const name = requireName("fault", given);
    const spec = requireFault(word);
    const seconds = secondsOf(context.options.for);
    return withLabLock(context.paths, "fault", async () => {
      const outputs = await requireOutputs(context);
      const target = requireTarget(outputs, name);
      const fault = faultFor(outputs, target, spec);
      await inject(await nodeAccess(context), target, { spec, fault, seconds });
      if (context.json) {
        const { inject: command, expect, undo } = fault;
        context.print(
          JSON.stringify({ target: target.name, fault: word, command, expect, undo, seconds }),
        );
        return 0;
      }
      context.print(`on the Proxmox node: ${fault.inject}`);
      context.print(`expect (profile tuned): ${fault.expect}`);
      context.print(
        seconds === undefined
          ? `undo with: ${followUp(context.stack, `heal ${target.name}`)}`
          : `undone by the node in ${seconds} s: ${fault.undo}`,
      );
      return 0;
    });
  },
};

/** Seconds of `10s`, `2m` or `10`. */
function secondsOf(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d+)(s|m)?$/.exec(String(text));
  const seconds = found ? Number(found[1]) * (found[2] === "m" ? 60 : 1) : 0;
  if (seconds >= 1 && seconds <= longestSeconds) return seconds;
  throw new UsageError(`--for: must be a time from 1s to 60m, got ${JSON.stringify(text)}`);
}
