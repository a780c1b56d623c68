import { nodeAccess, requireOutputs } from "../lab/session";
import type { Command } from "../core/command";
import { withLabLock } from "../../system/labLock";
import { requireName, requireTarget, setState, stateCommand } from "../faults/faults";

export const command: Command = {
  usage: "undrain NAME",
  description: "Puts a drained target back into the rotation, with its full share at once.",
  maxArgs: 1,
  async run(context) {
    const name = requireName("undrain", context.args[0]);
    return withLabLock(context.paths, "undrain", async () => {
      const outputs = await requireOutputs(context);
      const target = requireTarget(outputs, name);
      await setState(await nodeAccess(context), outputs, target, "ready");
      if (context.json) {
        const command = stateCommand(outputs, target, "ready");
        context.print(JSON.stringify({ target: target.name, state: "ready", command }));
        return 0;
      }
      context.print(`on the Proxmox node: ${stateCommand(outputs, target, "ready")}`);
      context.print(`expect: ${target.name} gets its full share again`);
      return 0;
    });
  },
};
