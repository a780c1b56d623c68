import { nodeAccess, requireOutputs } from "../lab/session";
import type { Command } from "../core/command";
import { withLabLock } from "../../system/labLock";
import { followUp } from "../stack/followUp";
import { requireName, requireTarget, setState, stateCommand } from "../faults/faults";

export const command: Command = {
  usage: "drain NAME",
  description:
    "Takes a target out of the rotation (AWS: deregisters it): open requests end, new ones go to\n" +
    "others. It holds over reloads of the load balancer, not over its restart.",
  maxArgs: 1,
  async run(context) {
    const name = requireName("drain", context.args[0]);
    return withLabLock(context.paths, "drain", async () => {
      const outputs = await requireOutputs(context);
      const target = requireTarget(outputs, name);
      await setState(await nodeAccess(context), outputs, target, "drain");
      if (context.json) {
        const command = stateCommand(outputs, target, "drain");
        context.print(JSON.stringify({ target: target.name, state: "drain", command }));
        return 0;
      }
      context.print(`on the Proxmox node: ${stateCommand(outputs, target, "drain")}`);
      context.print(
        `expect: no request is lost; ${followUp(context.stack, "status")} shows ${target.name} draining`,
      );
      context.print(`undo with: ${followUp(context.stack, `undrain ${target.name}`)}`);
      return 0;
    });
  },
};
