import { existsSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";

/** An embedded node on this machine, whichever checkout it belongs to. */
export interface FoundLab {
  paths: LabPaths;
  /** Whether the lab's checkout is still there. */
  checkoutExists: boolean;
}

/**
 * Every lab Docker knows of, by the labels that the embedded node, its volume and its LAN carry: a
 * removal that was cut short leaves some of them.
 */
export async function findLabs(cache: string): Promise<FoundLab[]> {
  const kinds = [["container", "--all"], ["volume"], ["network"]] as const;
  const lists = await Promise.all(
    kinds.map(async ([kind, ...flags]) => {
      const name = kind === "container" ? ".Names" : ".Name";
      return exec("docker", [
        ...[kind, "ls", ...flags, "--filter", "label=homelab.role=pve-node"],
        ...["--format", `{{${name}}}\t{{.Label "homelab.checkout"}}`],
      ]);
    }),
  );
  const text = lists.map(({ code, stdout }) => (code === 0 ? stdout : "")).join("\n");
  return parseLabs(text, cache).map((paths) => ({
    paths,
    checkoutExists: existsSync(join(paths.root, "lab")),
  }));
}

/** Paths of labs from lines of `<object>\t<checkout>`; objects are `<lab id>` and `<lab id>-<node>`. */
export function parseLabs(text: string, cache: string): LabPaths[] {
  const labs = new Map<string, LabPaths>();
  for (const line of text.split("\n")) {
    const [, id, root] = /^(lab-[0-9a-f]{6})(?:-\S+)?\t(.+)$/.exec(line) ?? [];
    if (id && root) labs.set(id, { root, id, state: join(root, ".lab"), cache });
  }
  return [...labs.values()];
}
