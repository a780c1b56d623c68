import type { ProfileName } from "../../lib/stack/settings";
import type { PulumiSession } from "../lab/session";
import type { CommandContext } from "../core/command";
import { run } from "../../system/exec";
import { runEngine } from "./runEngine";

/**
 * Sets the load balancer's profile in the stack's configuration and brings the stack up to it; of a
 * stack that is up to date only the load balancer changes, by a reload. Returns what changed.
 */
export async function applyProfile(
  context: CommandContext,
  { toolchain, env }: PulumiSession,
  profile: ProfileName,
): Promise<string> {
  const { paths, progress, stack } = context;
  const options = { cwd: paths.root, env };
  await run(toolchain.pulumi, ["config", "set", "--stack", stack, "lbProfile", profile], options);
  return progress.step(`Load balancer: profile ${profile}`, (note) =>
    runEngine({ paths, verb: "up", args: [], pulumi: toolchain.pulumi, env, note }),
  );
}
