import { existsSync } from "node:fs";
import { join } from "node:path";
import { readState } from "../../pve-node/box/boxState";
import type { LabPaths } from "../../system/labPaths";
import { type Finding, problem } from "./findings";

/**
 * Whether `.lab` is of this checkout. A lab has its name from the checkout's path: in a copy, and in one that
 * was moved, the folder describes a node that has another name, and whose ports and CTs are not this lab's.
 *
 * @param madeAt the checkout that the folder was made in; undefined where it does not say
 * @param isThere that one still exists
 */
export function judgeOrigin(
  root: string,
  madeAt: string | undefined,
  isThere: boolean,
): Finding | undefined {
  if (madeAt === undefined || madeAt === root) return undefined;
  return isThere
    ? problem("checkout", "error", {
        found: `its .lab was copied from ${madeAt}`,
        why: "it describes the lab there, which goes on",
        remedy: "./lab reset here makes it a checkout without a lab; the other lab stays as it is",
      })
    : problem("checkout", "error", {
        found: `it was moved here from ${madeAt}`,
        why: "its lab's name and network come from that path",
        remedy:
          "move it back, or give the lab up: ./lab reset --all removes what it left, then ./lab up",
      });
}

/** Looks at what `.lab` says. */
export async function checkOrigin({ root, ...paths }: LabPaths): Promise<Finding[]> {
  const { checkout } = await readState({ root, ...paths });
  const isThere = checkout !== undefined && existsSync(join(checkout, "lab"));
  const finding = judgeOrigin(root, checkout, isThere);
  return finding ? [finding] : [];
}
