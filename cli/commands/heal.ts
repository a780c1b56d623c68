import { formatFault } from "../faults/faultSpec";
import { nodeAccess, requireOutputs } from "../lab/session";
import { withLabLock } from "../../system/labLock";
import { type Command, UsageError } from "../core/command";
import { heal, requireTarget } from "../faults/faults";

export const command: Command = {
  usage: "heal NAME | --all",
  description:
    "Undoes every fault that ./lab fault left on a target, or on all of them. Targets that were\n" +
    "drained stay so: ./lab undrain.",
  options: { all: { type: "boolean", help: "every target" } },
  maxArgs: 1,
  async run(context) {
    const [name] = context.args;
    const all = context.options.all === true;
    if (all === (name !== undefined)) {
      throw new UsageError("lab heal: say the name of a target or --all: ./lab heal app1");
    }
    return withLabLock(context.paths, "heal", async () => {
      const outputs = await requireOutputs(context);
      const targets = name === undefined ? outputs.targets : [requireTarget(outputs, name)];
      const ssh = await nodeAccess(context);
      let healed = 0;
      for (const target of targets) {
        for (const { spec, command: undo } of await heal(ssh, outputs, target)) {
          context.print(
            `${target.name}: ${formatFault(spec)} undone, on the Proxmox node: ${undo}`,
          );
          healed++;
        }
      }
      if (healed === 0) context.print("no fault is in force there");
      return 0;
    });
  },
};
