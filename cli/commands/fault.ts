import { FAULT_KINDS } from "../../lib/faults/kinds";
import { nodeAccess, requireOutputs } from "../access/session";
import { type Command, UsageError } from "../core/command";
import { faultFor, inject, requireKind, requireTarget } from "../faults/faults";

const longestSeconds = 3600;

export const command: Command = {
  usage: `fault NAME ${FAULT_KINDS.join("|")} [--for 10s]`,
  description:
    "Breaks a target: kill its container, stop its CT, hang (freeze the service), drop packets\n" +
    "between it and the load balancer, or reject connections. Prints the command that does it.\n" +
    "With --for the Proxmox node itself repairs it, even when this machine is gone by then;\n" +
    "without, it stays until ./lab heal.",
  options: { for: { type: "string", value: "TIME", help: "repair by itself after 10s, 2m, …" } },
  maxArgs: 2,
  async run(context) {
    const [name, word] = context.args;
    const kind = requireKind(word);
    const seconds = secondsOf(context.options.for);
    const outputs = await requireOutputs(context);
    const target = requireTarget(outputs, name);
    const fault = faultFor(outputs, target, kind);
    await inject(await nodeAccess(context), target, { kind, fault, seconds });
    context.print(`on the Proxmox node: ${fault.inject}`);
    context.print(`expect (profile tuned): ${fault.expect}`);
    context.print(
      seconds === undefined
        ? `undo with: ./lab heal ${target.name}`
        : `undone by the node in ${seconds} s: ${fault.undo}`,
    );
    return 0;
  },
};

/** Seconds of `10s`, `2m` or `10`. */
function secondsOf(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d+)(s|m)?$/.exec(String(text));
  const seconds = found ? Number(found[1]) * (found[2] === "m" ? 60 : 1) : 0;
  if (seconds >= 1 && seconds <= longestSeconds) return seconds;
  throw new UsageError(`--for: must be 1s to 60m, got ${JSON.stringify(text)}`);
}
