import { requireNode } from "../lab/session";
import { type Command, jsonOption, UsageError } from "../core/command";
import { missingWord, unknownWord } from "../core/suggest";
import { withLabLock } from "../../system/labLock";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import { ensureEmbeddedNode, stopEmbeddedNode } from "../../pve-node/box";
import { bringer, ensurePrerequisites } from "../prerequisites";

const verbs = ["info", "start", "stop"];

export const command: Command = {
  usage: "pve info|start|stop [--json]",
  description:
    "The embedded Proxmox node, for other tools.\n" +
    "info   how its API and SSH are reached; --json adds password and token secret\n" +
    "start  starts it, and makes it when there is none; CTs that start on boot come back\n" +
    "stop   shuts its CTs down in order, then stops it",
  options: { json: { ...jsonOption, help: "info as one JSON document, secrets included" } },
  maxArgs: 1,
  words: verbs,
  async run(context) {
    const [verb] = context.args;
    const { paths, progress } = context;
    switch (verb) {
      case "info": {
        const info = pveInfo(await requireNode(context));
        if (context.json) context.print(JSON.stringify(info, undefined, 2));
        else for (const line of describe(info)) context.print(line);
        return 0;
      }
      case "start":
        await withLabLock(paths, "pve start", async () => {
          await ensurePrerequisites(paths, progress, context.yes);
          await ensureEmbeddedNode(paths, progress, bringer(context.yes));
        });
        return 0;
      case "stop":
        await withLabLock(paths, "pve stop", () => stopEmbeddedNode(paths, progress));
        return 0;
      case undefined:
      default:
        throw new UsageError(
          verb === undefined
            ? missingWord("what to do with the node", verbs)
            : unknownWord("word", verb, verbs),
        );
    }
  },
};

/** What other tools need to use the node. */
function pveInfo(node: EmbeddedNode) {
  return {
    apiUrl: node.apiUrl,
    caFile: node.caFile,
    user: node.user,
    password: node.password,
    tokenId: node.tokenId,
    tokenSecret: node.tokenSecret,
    node: node.node,
    storage: node.storage,
    template: node.template,
    lanBridge: node.lanBridge,
    privateBridge: node.privateBridge,
    sshHost: node.sshHost,
    sshPort: node.sshPort,
    sshUser: node.sshUser,
    sshKeyFile: node.sshKeyFile,
    knownHostsFile: node.knownHostsFile,
  };
}

/** For people: without the secrets, which would stay on the screen. */
function describe(info: ReturnType<typeof pveInfo>): string[] {
  const rows = Object.entries(info)
    .filter(([name]) => name !== "password" && name !== "tokenSecret")
    .map(([name, value]) => `${name.padEnd(15)}${value}`);
  return [...rows, "password and token secret: ./lab pve info --json"];
}
