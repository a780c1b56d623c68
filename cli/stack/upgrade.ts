import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { STATE_VERSION, stateVersionOf, stateVersionProblem } from "../../lib/stack/stateVersion";
import type { CommandContext } from "../core/command";
import { askPulumi, type PulumiSession } from "../lab/session";
import type { StackExport } from "./interrupted";
import { devState } from "./stackState";

/**
 * Keeps a copy of a state that an earlier version of the program has written, before this one changes it:
 * the way back begins with it. Secrets in it stay encrypted.
 *
 * @returns the copy's path; undefined when the state is of this version, or there is none yet
 * @throws when a newer version has written the state
 */
export async function keepFormerState(
  context: CommandContext,
  session: PulumiSession,
): Promise<string | undefined> {
  const ask = () => askPulumi(context, session, ["stack", "export"]);
  const found = versionOf(devState(context) ?? (JSON.parse(await ask()) as StackExport));
  if (found === undefined || found === STATE_VERSION) return undefined;
  const problem = stateVersionProblem(found);
  if (problem) throw new Error(`stack "${context.stack}": ${problem}`);
  const folder = join(context.paths.state, "former-states");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replace(/[:.]/g, "-");
  const file = join(folder, `${context.stack}-version-${found}-${stamp}.json`);
  writeFileSync(file, await ask(), { mode: 0o600 });
  return file;
}

/** Undefined for a stack without resources. */
export function versionOf({ deployment }: StackExport): number | undefined {
  const resources = (deployment.resources ?? []) as { type?: string; outputs?: object }[];
  const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (!root) return undefined;
  // A first update that was cut off left no outputs: the state is of whoever began it.
  const outputs = root.outputs as { stateVersion?: unknown; targets?: unknown } | undefined;
  const began = resources.some(({ type }) => type === "homelab:components:Site");
  return outputs?.targets === undefined && began
    ? STATE_VERSION
    : stateVersionOf(outputs?.stateVersion);
}
