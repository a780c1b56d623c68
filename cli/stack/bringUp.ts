import type { CommandContext } from "../core/command";
import type { PulumiSession } from "../lab/session";
import { removeLostBridge } from "./lostBridge";
import { explainProtection } from "./protection";
import { unfinishedTargets } from "./roll";
import { runEngine } from "./runEngine";
import { runPastFaults } from "./runPastFaults";
import { stackState } from "./readState";

/** How the stack is brought to its configuration. */
export interface BringUpOptions {
  /** What is done, for people. */
  title: string;
  /**
   * The load balancer's only target may be taken out.
   *
   * @default false
   */
  allowOutage?: boolean;
  /**
   * Targets to be changed first, besides those that the state tells of.
   *
   * @default - none
   */
  first?: readonly string[];
}

/**
 * `pulumi up`. App nodes are changed one after the other; one whose change has not ended comes first.
 *
 * @returns what changed
 */
export async function bringUp(
  context: CommandContext,
  session: PulumiSession,
  { title, allowOutage = false, first = [] }: BringUpOptions,
): Promise<string> {
  const { paths, progress, stack } = context;
  const unfinished = unfinishedTargets(await stackState(context, session));
  await removeLostBridge(context, session);
  const roll = [...new Set([...first, ...unfinished])];
  if (roll.length > 0)
    progress.info(`  an earlier change of ${roll.join(", ")} is completed first`);
  const env = {
    ...session.env,
    HOMELAB_ROLL_FIRST: roll.join(","),
    HOMELAB_ALLOW_OUTAGE: allowOutage ? "1" : undefined,
  };
  const pulumi = session.toolchain.pulumi;
  return progress.step(title, (note) =>
    explainProtection(
      stack,
      runPastFaults(context, session, (onFailure) =>
        runEngine({ paths, verb: "up", args: [], pulumi, env, note, onFailure }),
      ),
    ),
  );
}
