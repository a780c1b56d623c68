import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { listCaches, removeCaches } from "../reset/caches";
import { refuseToLoseStacks } from "../reset/ownStacks";
import { type FoundLab, findLabs } from "../reset/labs";
import { nodeAccess } from "../lab/session";
import { closeConnection } from "../lab/ssh";
import { confirm } from "../core/ask";
import { type Command, type CommandContext, yesOption } from "../core/command";
import { exec } from "../../system/exec";
import { withLabLock } from "../../system/labLock";
import type { LabPaths } from "../../system/labPaths";
import { table } from "../core/table";
import { removeEmbeddedNode } from "../../pve-node/box";
import { removeEventLogs } from "../stack/eventLog";
import { startedDaemonRuns, stopStartedDaemon } from "../prerequisites/dockerDaemon";
import { waitForOtherPulumi } from "../stack/repair";
import { devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "reset [--yes] [--caches] [--all]",
  description:
    "Removes the embedded node with everything in it, and this checkout's state (.lab). What is\n" +
    "left are caches, whose places and sizes are printed. Refused while .lab has the state or the\n" +
    "keys of a stack for your own Proxmox VE.",
  options: {
    yes: yesOption,
    caches: { type: "boolean", help: "remove the caches as well" },
    all: { type: "boolean", help: "remove also the labs whose checkout is gone; list the others" },
  },
  async run(context) {
    const { progress } = context;
    refuseToLoseStacks(context.paths);
    const others = context.options.all ? await otherLabs(context) : [];
    const question = await questionOf(context);
    if (!(await confirm(question, context.yes))) return 1;
    await withLabLock(context.paths, "reset", async () => {
      await reset(context);
      for (const paths of others) {
        await progress.step(`Lab of ${paths.root}`, () => removeEmbeddedNode(paths, progress));
      }
      await stopIdleDaemon(context.paths);
      removeState(context.paths);
    });
    if (context.options.caches) {
      await progress.step("Caches", () => removeCaches(context.paths.cache));
    }
    const caches = await listCaches(context.paths.cache);
    if (caches.length > 0) {
      progress.info("Caches that stay (./lab reset --caches removes them):");
      progress.info(
        table(
          ["size", "place"],
          caches.map(({ size, place }) => [size, place]),
        ),
      );
    }
    return 0;
  },
};

/** The question before a reset; other labs of this user lose the caches as well. */
async function questionOf({ paths, options, yes, progress }: CommandContext): Promise<string> {
  const question = "Remove the embedded node with all its data, and .lab?";
  if (!options.caches) return question;
  const labs = await findLabs(paths.cache).catch(() => []); // without Docker there are none
  const warning = cachesWarning(
    paths,
    labs.filter((lab) => lab.paths.id !== paths.id),
  );
  if (yes)
    progress.warn(warning.replace(/^And the caches/, "removes the caches").replace(/\?$/, ""));
  return `${question} ${warning}`;
}

/** Who else uses the caches that are to be removed. */
export function cachesWarning(paths: LabPaths, others: readonly FoundLab[]): string {
  const users = others.map((lab) => lab.paths.root);
  const used = users.length === 0 ? "" : `, which the labs in ${users.join(", ")} use as well`;
  return `And the caches in ${paths.cache}${used}?`;
}

/**
 * Removes `.lab` in one move, the lock in it included: an `up` that begins now makes its own, and nothing of
 * that is lost while the files of this one go.
 */
export function removeState({ root, state }: LabPaths): void {
  const prefix = `${basename(state)}.removed-`;
  if (existsSync(state)) renameSync(state, join(root, `${prefix}${process.pid}`));
  for (const name of readdirSync(root).filter((one) => one.startsWith(prefix))) {
    rmSync(join(root, name), { recursive: true, force: true });
  }
}

/** Says which labs there are, and returns those nobody can reach through their checkout any more. */
async function otherLabs({ paths, progress }: CommandContext): Promise<LabPaths[]> {
  const labs = (await findLabs(paths.cache)).filter((lab) => lab.paths.id !== paths.id);
  for (const lab of labs) {
    const fate = lab.checkoutExists ? "stays: reset it there" : "its checkout is gone: removed";
    progress.info(`${lab.paths.id}  ${lab.paths.root}  (${fate})`);
  }
  return labs.filter(({ checkoutExists }) => !checkoutExists).map((lab) => lab.paths);
}

async function reset(context: CommandContext): Promise<void> {
  const { paths, progress } = context;
  await waitForOtherPulumi(paths, (text) => progress.info(text));
  await nodeAccess({ ...context, stack: devStack }).then(closeConnection, () => undefined);
  await removeEmbeddedNode(paths, progress);
  removeEventLogs(paths);
}

/** A daemon this lab started ends with it, unless somebody else uses it by now. */
async function stopIdleDaemon(paths: LabPaths): Promise<void> {
  if (!existsSync(paths.state) || !startedDaemonRuns(paths)) return;
  const running = await exec("docker", ["ps", "--quiet"]);
  if (running.code === 0 && running.stdout.trim() === "") await stopStartedDaemon(paths);
}
