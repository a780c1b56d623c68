import type { CommandContext } from "../core/command";
import { askPulumi, type PulumiSession } from "../lab/session";
import type { StackExport } from "./interrupted";
import { devState } from "./stackState";

/** The stack's state, without its secrets. */
export async function stackState(
  context: CommandContext,
  session: PulumiSession,
): Promise<StackExport> {
  const ask = () => askPulumi(context, session, ["stack", "export"]);
  return devState(context) ?? (JSON.parse(await ask()) as StackExport);
}
