import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureToolchain } from "../../toolchain";
import { apiAccess, nodeAccess, type PulumiSession } from "../lab/session";
import type { CommandContext } from "../core/command";
import { run } from "../../system/exec";
import { ensureEmbeddedNode } from "../../pve-node/box";
import { bringer, ensurePrerequisites } from "../prerequisites";
import { toldOffline } from "../prerequisites/parts";
import { pulumiEnvironment } from "./environment";
import { ensureDevStack } from "./initialize";
import { setAsideLost } from "./lostNode";
import { endOrphans } from "./orphans";
import { repairInterrupted, waitForOtherPulumi } from "./repair";
import { devStack, ensurePassphrase, updateWorkingCopy } from "./workingCopy";

/** Brings everything a stack stands on, and returns Pulumi for it. */
export async function prepareStack(context: CommandContext): Promise<PulumiSession> {
  return context.stack === devStack ? prepareDev(context) : prepareReal(context);
}

/** A real Proxmox VE is there already; only Pulumi and the service's image are brought. */
async function prepareReal(context: CommandContext): Promise<PulumiSession> {
  const { paths, progress, stack } = context;
  ensurePassphrase(paths);
  mkdirSync(join(paths.state, "pulumi"), { recursive: true, mode: 0o700 });
  const [toolchain] = await together(ensureToolchain(paths, progress), fillAppImage(context));
  return { toolchain, env: pulumiEnvironment({ paths, stack, toolchain }) };
}

async function prepareDev(context: CommandContext): Promise<PulumiSession> {
  const { paths, progress, stack } = context;
  await ensurePrerequisites(paths, progress, context.yes);
  await setAsideLost(context);
  const [toolchain, node] = await toldOffline(paths, () =>
    together(
      ensureToolchain(paths, progress),
      ensureEmbeddedNode(paths, progress, bringer(context.yes)),
      fillAppImage(context),
    ),
  );
  ensurePassphrase(paths);
  updateWorkingCopy(paths, node);
  const session = { toolchain, node, env: pulumiEnvironment({ paths, stack, toolchain, node }) };
  await ensureDevStack(paths, toolchain.pulumi, session.env);
  await clearInterrupted(context, session);
  return session;
}

/** Clears what a command that was cut off left behind; only the `dev` stack is ours alone. */
export async function clearInterrupted(
  context: CommandContext,
  { toolchain, env }: PulumiSession,
): Promise<void> {
  const { paths, progress } = context;
  const note = (text: string) => progress.info(`  interrupted run: ${text}`);
  await waitForOtherPulumi(paths, note);
  await endOrphans(paths.root, note);
  const pending = await repairInterrupted({
    paths,
    pulumi: toolchain.pulumi,
    env,
    api: await apiAccess(context),
    ssh: await nodeAccess(context),
    note,
  });
  if (pending > 0) note(`${pending} operations are done again`);
}

/** The Docker build context of the web service; the program hashes it. */
export async function fillAppImage({ paths, progress }: CommandContext): Promise<void> {
  await progress.step("Web service (build context)", async (note) => {
    const tsx = join(paths.root, "node_modules", "tsx", "dist", "loader.mjs");
    const args = ["--import", tsx, "app/image.ts", join(paths.state, "app-image")];
    await run(process.execPath, args, { cwd: paths.root, onLine: note });
  });
}

/** As `Promise.all`, but when one fails the others end first: no work goes on behind an error. */
async function together<T extends readonly unknown[]>(
  ...work: { [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const ends = await Promise.allSettled(work);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  return ends.map((end) => (end as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
