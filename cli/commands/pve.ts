import { describeFaults, faultOptions, faultsOf, readFaults, writeFaults } from "../lab/nodeFaults";
import { nodeAccess, requireNode } from "../lab/session";
import { confirm } from "../core/ask";
import { type Command, jsonOption, UsageError, yesOption } from "../core/command";
import { missingWord, unknownWord } from "../core/suggest";
import { withLabLock } from "../../system/labLock";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import { ensureEmbeddedNode, removeEmbeddedNode, stopEmbeddedNode } from "../../pve-node/box";
import { DEFAULT_RELEASE, pveReleases, type PveRelease } from "../../pve-node/box/releases";
import { bringer, ensurePrerequisites } from "../prerequisites";
import { toldOffline } from "../prerequisites/parts";
import { snapshotCommand } from "../pve/snapshots";
import { setAsideLost } from "../stack/lostNode";
import { waitForOtherPulumi } from "../stack/repair";

const RESET =
  "Remove the embedded node with every CT and its data, and make an empty one? Snapshots of it stay.";

const verbs = ["info", "start", "stop", "reset", "snapshot", "faults"];

export const command: Command = {
  usage: "pve info|start|stop|reset|snapshot VERB [NAME]|faults [off] [--yes] [--json]",
  description:
    "The embedded Proxmox node, for other tools.\n" +
    "info   how its API and SSH are reached; --json adds password and token secret\n" +
    "start  starts it, and makes it when there is none; CTs that start on boot come back.\n" +
    "       With --pve-version 8.4 it answers as that release does, until another one is given\n" +
    "stop   shuts its CTs down in order, then stops it\n" +
    "reset  removes it with every CT and makes an empty one\n" +
    "snapshot save|restore|list|remove NAME: the whole node at a moment, with the state of the dev\n" +
    "       stack. The node stops while it is copied or put back\n" +
    "faults tells the node to be slow and to lose answers, as a busy Proxmox does, for example:\n" +
    "       ./lab pve faults --start-delay 15 --lose-every 50; without options it says what is set,\n" +
    "       and `pve faults off` ends it",
  options: {
    json: { ...jsonOption, help: "one JSON document; of info with the secrets" },
    "pve-version": {
      type: "string",
      value: "RELEASE",
      help: `start: the release to answer as, ${pveReleases.join(" or ")} (default: as before, at first ${DEFAULT_RELEASE})`,
    },
    ...faultOptions,
    yes: yesOption,
  },
  maxArgs: 3,
  words: verbs,
  async run(context) {
    const [verb, word, ...more] = context.args;
    const { paths, progress } = context;
    const faults = faultsOf(context.options);
    if (verb === "snapshot") {
      const words = [word, ...more].filter((one) => one !== undefined);
      // A look is no work.
      if (word === "list") return snapshotCommand(context, words);
      return withLabLock(paths, "pve snapshot", () => snapshotCommand(context, words));
    }
    if (word !== undefined && (verb !== "faults" || word !== "off" || more.length > 0)) {
      throw new UsageError(
        verb === "faults"
          ? unknownWord("word", word, ["off"])
          : `lab pve: takes one word, got ${JSON.stringify(word)} as a second one; see ./lab pve --help`,
      );
    }
    if (faults && verb !== "faults") {
      throw new UsageError("options of faults: belong behind `pve faults`; see ./lab pve --help");
    }
    const wanted = context.options["pve-version"];
    if (wanted !== undefined && verb !== "start") {
      throw new UsageError("--pve-version: belongs to `pve start`; see ./lab pve --help");
    }
    const release = wanted === undefined ? undefined : releaseNamed(String(wanted));
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
          await setAsideLost(context);
          await toldOffline(paths, () =>
            ensureEmbeddedNode(paths, progress, bringer(context.yes), release),
          );
        });
        return 0;
      case "stop":
        await withLabLock(paths, "pve stop", () => stopEmbeddedNode(paths, progress));
        return 0;
      case "reset":
        if (!(await confirm(RESET, context.yes))) return 1;
        await withLabLock(paths, "pve reset", async () => {
          await waitForOtherPulumi(paths, (text) => progress.info(text));
          await removeEmbeddedNode(paths, progress, "stay");
          await setAsideLost(context);
          await ensureEmbeddedNode(paths, progress, bringer(context.yes));
        });
        return 0;
      case "faults": {
        const ssh = await nodeAccess(context);
        const wanted = word === "off" ? {} : faults;
        if (wanted) await writeFaults(ssh, wanted);
        for (const line of describeFaults(wanted ?? (await readFaults(ssh)))) context.print(line);
        return 0;
      }
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

function releaseNamed(text: string): PveRelease {
  const found = pveReleases.find((release) => release === text);
  if (found) return found;
  throw new UsageError(unknownWord("--pve-version", text, [...pveReleases]));
}

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
