import { TEMPLATE_VOLUME } from "../../lib/config/readBuilds";
import type { CtBuild, Settings } from "../../lib/stack/settings";
import { withLabLock } from "../../system/labLock";
import { confirm } from "../core/ask";
import {
  allowOutageOption,
  type Command,
  type CommandContext,
  UsageError,
  yesOption,
} from "../core/command";
import { databaseContent, resumeWrites, saveForRebuild } from "../database/save";
import { apiAccess, nodeAccess, type PulumiSession, requireOutputs } from "../lab/session";
import { bringUp } from "../stack/bringUp";
import { nextBuild, writeBuilds } from "../stack/builds";
import { followUp } from "../stack/followUp";
import { prepareStack } from "../stack/prepare";
import { protectionSteps, refuseProtected } from "../stack/protection";
import { unfinishedTargets } from "../stack/roll";
import { stackSettings } from "../stack/settings";
import { stackState } from "../stack/readState";
import { ctsOf, type StateCt } from "../stack/stackState";
import { readStatus } from "../status/labStatus";

export const command: Command = {
  usage: "rebuild NAME…|--all [--template VOLUME] [--allow-outage] [--yes]",
  description:
    "Makes CTs anew from the stack's template: lb, db, app1 and so on; --all means the app nodes.\n" +
    "App nodes are rebuilt one at a time, each drained before and checked after. The rebuild is\n" +
    "written into the stack's configuration (homelab:builds), so that an `up` completes one that\n" +
    "was cut off. Nothing answers while lb is rebuilt. The database is saved on the Proxmox node\n" +
    "and on this machine first, restored in the new CT, and compared row by row.",
  options: {
    all: { type: "boolean", help: "every app node" },
    template: { type: "string", value: "VOLUME", help: "another template than the stack's" },
    "allow-outage": allowOutageOption,
    yes: yesOption,
  },
  maxArgs: 32,
  run: (context) => withLabLock(context.paths, "rebuild", () => rebuild(context)),
};

async function rebuild(context: CommandContext): Promise<number> {
  const template = templateOption(context);
  if (context.args.length === 0 && context.options.all !== true) {
    throw new UsageError("lab rebuild: names no CT; give lb, db, app1 and so on, or --all");
  }
  const session = await prepareStack(context);
  const settings = await stackSettings(context, session);
  const names = rebuildNames(context.args, context.options.all === true, settings);
  const { database } = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  if (names.includes("db")) {
    if (settings.databaseDeletionProtection) throw new Error(protectedDatabase(context.stack));
    const api = await apiAccess(context);
    await refuseProtected(context, session, api, "./lab rebuild db", [database.vmid]);
  }
  await refuseUnhealthy(context, session, names);
  await countGenerations(context, session, names);
  const before = ctsOf(await stackState(context, session));
  const content = await databaseContent(ssh, database.vmid);
  for (const question of outages(names, content)) {
    if (!(await confirm(question, context.yes))) return 1;
  }
  const builds: Record<string, CtBuild> = {};
  for (const name of names) {
    builds[name] = nextBuild(settings, name, template ?? settings.proxmox.template);
  }
  const saved = builds.db
    ? await context.progress.step("Database: saved on the node and on this machine", () =>
        saveForRebuild(context, ssh, database.vmid),
      )
    : undefined;
  if (builds.db && saved) builds.db.restore = saved.nodeFile;
  try {
    await writeBuilds(context, session, builds);
    const changes = await bringUp(context, session, {
      title: `Rebuild: ${names.join(", ")}`,
      allowOutage: context.options["allow-outage"] === true,
    });
    context.progress.info(`  ${changes}`);
    refuseKept(names, before, ctsOf(await stackState(context, session)));
  } catch (error) {
    // In the old CT, where it still is; in a new one they were never stopped.
    if (saved) await resumeWrites(ssh, database.vmid).catch(() => undefined);
    throw withRemedy(error as Error, saved);
  }
  context.print(`rebuilt: ${names.join(", ")}`);
  if (saved) {
    context.print(`the database holds what was saved: ${content}; its dump stays in ${saved.file}`);
  }
  return 0;
}

/** A stack of an earlier version has no generations yet; an up writes them and replaces nothing. */
async function countGenerations(
  context: CommandContext,
  session: PulumiSession,
  names: readonly string[],
): Promise<void> {
  const cts = ctsOf(await stackState(context, session));
  if (cts.every(({ name, counted }) => counted || !names.includes(name))) return;
  await bringUp(context, session, { title: "Stack: brought up to date before the rebuild" });
}

/** @throws when a CT is still the one that it was, for then nothing was proved */
export function refuseKept(
  names: readonly string[],
  before: readonly StateCt[],
  after: readonly StateCt[],
): void {
  const madeAt = (cts: readonly StateCt[], name: string) =>
    cts.find((ct) => ct.name === name)?.created;
  const kept = names.filter((name) => madeAt(before, name) === madeAt(after, name));
  if (kept.length > 0) throw new Error(`rebuild: ${kept.join(", ")} was not replaced by Pulumi`);
}

function templateOption({ options }: CommandContext): string | undefined {
  if (typeof options.template !== "string") return undefined;
  if (TEMPLATE_VOLUME.test(options.template)) return options.template;
  throw new UsageError(
    `lab rebuild: --template must be a volume id as storage:vztmpl/file, got ${JSON.stringify(options.template)}`,
  );
}

/**
 * The CTs to be rebuilt, in the stack's order and each once.
 *
 * @throws UsageError for a name that the stack does not have
 */
export function rebuildNames(
  args: readonly string[],
  all: boolean,
  settings: Pick<Settings, "appNodes" | "database" | "loadBalancer">,
): string[] {
  const nodes = settings.appNodes.map(({ name }) => name);
  const known = [settings.database.name, settings.loadBalancer.name, ...nodes];
  const unknown = args.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `lab rebuild: the stack has no CT ${JSON.stringify(unknown)}; choose ${known.join(", ")}`,
    );
  }
  return known.filter((name) => args.includes(name) || (all && nodes.includes(name)));
}

/** What is interrupted, as questions. */
function outages(names: readonly string[], content: string | undefined): string[] {
  const questions: string[] = [];
  if (names.includes("lb")) {
    questions.push("Rebuild lb? It is the only load balancer: nothing answers for some minutes.");
  }
  if (names.includes("db")) {
    questions.push(
      `Rebuild db? It holds ${content ?? "what could not be read"}. Visits are not counted for some ` +
        "minutes; the data is saved before and restored after.",
    );
  }
  return questions;
}

const protectedDatabase = (stack: string) =>
  `stack "${stack}": the database's CT is protected from deletion, and nothing was touched; ` +
  protectionSteps(stack, "./lab rebuild db");

/** A node is taken out only while all others serve; what is rebuilt because it does not serve may be out. */
async function refuseUnhealthy(
  context: CommandContext,
  session: PulumiSession,
  names: readonly string[],
): Promise<void> {
  const status = await readStatus({
    outputs: await requireOutputs(context),
    ssh: await nodeAccess(context),
    api: await apiAccess(context),
  });
  const unfinished = unfinishedTargets(await stackState(context, session));
  const nodes = names.filter((name) => status.targets.some((target) => target.name === name));
  const out = status.targets.filter(
    ({ name, state }) => state !== "healthy" && !unfinished.includes(name),
  );
  const inTheWay = out.filter(({ name }) => nodes.some((other) => other !== name));
  if (inTheWay.length === 0) return;
  const list = inTheWay.map(({ name, state, detail }) => `${name} ${state} (${detail})`).join(", ");
  throw new Error(
    `rebuild: no app node is taken out while another one does not serve, got ${list}; nothing was changed. ` +
      `Repair it, or rebuild it alone: ${followUp(context.stack, `rebuild ${inTheWay[0]!.name}`)}`,
  );
}

function withRemedy(error: Error, saved: { nodeFile: string; file: string } | undefined): Error {
  const place = saved
    ? `\nThe database's dump stays in ${saved.file} on this machine and in ${saved.nodeFile} on the Proxmox node.`
    : "";
  return new Error(
    `${error.message}\nThe rebuild stays in the stack's configuration (homelab:builds): ./lab up completes it.${place}`,
    { cause: error },
  );
}
