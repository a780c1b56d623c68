import type { ProfileName } from "../../lib/stack/settings";
import type { PulumiSession } from "../lab/session";
import type { CommandContext } from "../core/command";
import { run } from "../../system/exec";
import { bringUp } from "./bringUp";

/**
 * Sets the load balancer's profile in the stack's configuration and brings the stack up to it; of a
 * stack that is up to date only the load balancer changes, by a reload. Returns what changed.
 */
export async function applyProfile(
  context: CommandContext,
  session: PulumiSession,
  profile: ProfileName,
): Promise<string> {
  const { toolchain, env } = session;
  const options = { cwd: context.paths.root, env };
  const words = ["config", "set", "--stack", context.stack, "lbProfile", profile];
  await run(toolchain.pulumi, words, options);
  return bringUp(context, session, { title: `Load balancer: profile ${profile}` });
}
