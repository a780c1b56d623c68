import { checkConfig } from "../../lib/config/checkConfig";
import type { Settings } from "../../lib/stack/settings";
import { askPulumi, type PulumiSession } from "../lab/session";
import type { CommandContext } from "../core/command";
import { projectName } from "./workingCopy";

/**
 * The stack's configuration as the program reads it, defaults included; secrets are left out.
 *
 * @throws with every problem when the program would refuse it.
 */
export async function stackSettings(
  context: CommandContext,
  session: PulumiSession,
): Promise<Settings> {
  const text = await askPulumi(context, session, ["config", "--json"]);
  const config = JSON.parse(text) as Record<string, { value?: string }>;
  const prefix = `${projectName}:`;
  const raw = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { value }]) => [key.slice(prefix.length), value ?? ""]),
  );
  const { settings, problems } = checkConfig(raw);
  if (!settings) {
    throw new Error(
      `stack "${context.stack}": its configuration is refused:\n${problems.join("\n")}`,
    );
  }
  return settings;
}
