import type { CommandContext } from "../core/command";
import type { PulumiSession } from "../lab/session";
import { removeLostBridge } from "./lostBridge";
import { type FailedRun, pastPassingFaults, REPEATS } from "./passingFaults";
import { EngineError } from "./runEngine";

/** Runs Pulumi again by itself where Proxmox failed for a reason that passes, and says so. */
export function runPastFaults<T>(
  context: CommandContext,
  session: PulumiSession,
  run: (onFailure: (failure: string) => void) => Promise<T>,
): Promise<T> {
  const { progress } = context;
  return pastPassingFaults({
    work: () => run((failure) => progress.warn(failure)),
    failedRun: (error) => (error instanceof EngineError ? (error satisfies FailedRun) : undefined),
    between: async (_failed, repetition) => {
      progress.warn(
        `Proxmox failed for a reason that passes; Pulumi is run again (${repetition} of at most ${REPEATS} times)`,
      );
      await removeLostBridge(context, session);
    },
  });
}
