import { findContainer } from "../../pve-node/box/container";
import { inspect } from "../../pve-node/box/docker";
import { containerName } from "../../pve-node/box/names";
import type { LabPaths } from "../../system/labPaths";
import { ctsOf, devState } from "./stackState";
import { devStack } from "./workingCopy";

/** What is left of an embedded node, and what should be there. */
export interface NodeRemains {
  /** Docker's word for the state of its container; undefined where there is none. */
  container?: string;
  hasVolume: boolean;
  /** CTs that Pulumi's state has. */
  cts: string[];
}

/** CTs of the `dev` stack by Pulumi's state; none where nothing was made yet. */
export function rememberedCts(paths: LabPaths): string[] {
  const state = devState({ paths, stack: devStack });
  return state ? ctsOf(state).map(({ name }) => name) : [];
}

/** What went with a node's volume: `its Docker volume X is gone, and with it lb, db and the database's data`. */
export const whatWentWith = (volume: string, cts: string[]): string =>
  `its Docker volume ${volume} is gone, and with it ${cts.join(", ")} and the database's data`;

/** Asks Docker what there is of a lab's node. */
export async function lookAtRemains(paths: LabPaths): Promise<NodeRemains> {
  const [container, volume] = await Promise.all([
    findContainer(paths),
    inspect("volume", containerName(paths)),
  ]);
  return {
    container: container?.State.Status,
    hasVolume: volume !== undefined,
    cts: rememberedCts(paths),
  };
}

/** Why the embedded node cannot be asked anything, what is gone with it, and what brings it back. */
export function explainAbsence(name: string, { container, hasVolume, cts }: NodeRemains): string {
  const because = (text: string) => `embedded node: ${text}`;
  if (container === "running")
    return because("it runs, but .lab/pve has no whole keys for it; ./lab up makes them again");
  if (container !== undefined)
    return because(`its container ${name} does not run (${container}); ./lab up starts it`);
  if (hasVolume)
    return because(
      `its container ${name} is gone; CTs and data are still in the Docker volume of that name, ` +
        "and ./lab up starts them again",
    );
  if (cts.length > 0) return because(`${whatWentWith(name, cts)}; ./lab up builds them anew`);
  return because("there is none yet; ./lab up builds it");
}
