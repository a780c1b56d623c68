import { nodeAccess, requireOutputs } from "../lab/session";
import type { Command } from "../core/command";
import { requireTarget, setState, stateCommand } from "../faults/faults";

export const command: Command = {
  usage: "drain NAME",
  description:
    "Takes a target out of the rotation (AWS: deregisters it): open requests end, new ones go to\n" +
    "others. It holds over reloads of the load balancer, not over its restart.",
  maxArgs: 1,
  async run(context) {
    const outputs = await requireOutputs(context);
    const target = requireTarget(outputs, context.args[0]);
    await setState(await nodeAccess(context), outputs, target, "drain");
    context.print(`on the Proxmox node: ${stateCommand(outputs, target, "drain")}`);
    context.print(`expect: no request is lost; ./lab status shows ${target.name} draining`);
    context.print(`undo with: ./lab undrain ${target.name}`);
    return 0;
  },
};
