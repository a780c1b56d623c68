import { existsSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../core/exec";
import type { LabPaths } from "../core/paths";

/** An embedded node on this machine, whichever checkout it belongs to. */
export interface FoundLab {
  paths: LabPaths;
  /** Its checkout is still there. */
  checkoutExists: boolean;
}

/** Every lab Docker knows of, by the labels the embedded node carries. */
export async function findLabs(cache: string): Promise<FoundLab[]> {
  const asked = await exec("docker", [
    ...["ps", "--all", "--filter", "label=homelab.role=pve-node"],
    ...["--format", '{{.Names}}\t{{.Label "homelab.checkout"}}'],
  ]);
  if (asked.code !== 0) return [];
  return parseLabs(asked.stdout, cache).map((paths) => ({
    paths,
    checkoutExists: existsSync(join(paths.root, "lab")),
  }));
}

/** Paths of labs from lines of `<container>\t<checkout>`; the container is `<lab id>-<node>`. */
export function parseLabs(text: string, cache: string): LabPaths[] {
  return text
    .split("\n")
    .map((line) => /^(lab-[0-9a-f]{6})-\S+\t(.+)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, id, root]) => ({ root: root!, id: id!, state: join(root!, ".lab"), cache }));
}
