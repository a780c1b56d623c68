import { openPulumi } from "../lab/session";
import type { CommandContext } from "../core/command";
import { olderTemplates } from "../stack/builds";
import { stackSettings } from "../stack/settings";
import { followUp } from "../stack/followUp";
import { devStack, workingValue } from "../stack/workingCopy";
import { stackState } from "../stack/readState";
import { ctsOf, devState } from "../stack/stackState";

/** CTs that were made from another template than new ones are. */
export interface TemplateNews {
  /** Volume id of the template for new CTs. */
  template: string;
  /** Names of the CTs that have another one. */
  older: string[];
}

/** Compares what the state knows of the CTs with what new ones get. */
export async function readTemplateNews(context: CommandContext): Promise<TemplateNews> {
  const { template, state } = await wantedAndMade(context);
  return { template, older: olderTemplates(ctsOf(state), template) };
}

async function wantedAndMade(context: CommandContext) {
  const known = devState(context);
  const own = known && workingValue(context.paths, "template");
  // Both files are at hand in the dev stack; to ask Pulumi would take a second.
  if (known && own !== undefined) return { template: own, state: known };
  const session = await openPulumi(context);
  const { proxmox } = await stackSettings(context, session);
  return { template: proxmox.template, state: await stackState(context, session) };
}

/** For people, in one line; undefined where there is nothing to say. */
export function describeTemplateNews(
  { template, older }: TemplateNews,
  stack: string = devStack,
): string | undefined {
  if (older.length === 0) return undefined;
  return `${older.join(", ")} made from another template than ${template}, which new CTs get; ${followUp(stack, "rebuild NAME")}, or --all, makes them anew`;
}
