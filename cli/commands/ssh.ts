import { nodeAccess } from "../lab/session";
import { vmidOf } from "../lab/guests";
import { attach } from "../lab/ssh";
import { type Command, UsageError } from "../core/command";
import { devOutputs } from "../stack/outputs";

export const command: Command = {
  usage: "ssh NAME",
  description:
    "A shell in lb, app1…, db, or on the Proxmox node (pve). CTs are entered through the Proxmox\n" +
    "node (`pct enter`), so nothing in the private subnet has to be reachable from here.",
  maxArgs: 1,
  passesThrough: true,
  async run(context) {
    const [name] = context.args;
    if (!name) throw new UsageError("lab ssh: needs a name: ./lab ssh app1");
    const access = await nodeAccess(context);
    const vmid = await vmidOf(name, access, devOutputs(context.paths));
    const words = vmid === undefined ? [] : ["pct", "enter", String(vmid)];
    return attach(access, words, { tty: process.stdin.isTTY });
  },
};
