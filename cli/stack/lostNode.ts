import { mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { inspect } from "../../pve-node/box/docker";
import { containerName } from "../../pve-node/box/names";
import type { CommandContext } from "../core/command";
import { rememberedCts, whatWentWith } from "./absentNode";
import { checkpointFiles } from "./outputs";

/**
 * Puts Pulumi's state aside where the node that it describes is gone with its volume, by `docker system prune
 * --volumes` for example. Pulumi would look for CTs that nobody has; without a state it builds them anew.
 *
 * @param hasVolume whether Docker has the node's volume
 * @returns the folder that the former state is in; undefined where nothing is lost
 */
export async function setAsideLost(
  { paths, progress }: Pick<CommandContext, "paths" | "progress">,
  hasVolume: (name: string) => Promise<boolean> = async (name) =>
    (await inspect("volume", name)) !== undefined,
): Promise<string | undefined> {
  const cts = rememberedCts(paths);
  const volume = containerName(paths);
  if (cts.length === 0 || (await hasVolume(volume))) return undefined;
  const kept = join(paths.state, `lost-${new Date().toISOString().replace(/\W/g, "")}`);
  mkdirSync(kept, { mode: 0o700 });
  for (const file of checkpointFiles(paths)) renameSync(file, join(kept, basename(file)));
  progress.warn(
    `embedded node: ${whatWentWith(volume, cts)}; ` +
      `they are built anew. Pulumi's former state is in ${kept}`,
  );
  return kept;
}
