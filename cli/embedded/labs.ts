import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../core/paths";
import { docker } from "./docker";

/** A lab of this machine, found by the labels of what it has in Docker. */
export interface FoundLab {
  /** `lab-<hash>`; its network has this name. */
  id: string;
  root: string;
  /** False for a lab whose checkout was deleted; `removeEmbeddedNode` works for it too. */
  hasCheckout: boolean;
}

/** Every lab that has a container, network or volume on this machine. */
export async function findLabs(): Promise<FoundLab[]> {
  const format = ["--format", '{{.Name}}\t{{.Label "homelab.checkout"}}'];
  const filter = ["--filter", "label=homelab.role=pve-node"];
  const lists = await Promise.all([
    docker(["ps", "--all", ...filter, "--format", format[1]!.replace(".Name", ".Names")]),
    docker(["network", "ls", ...filter, ...format]),
    docker(["volume", "ls", ...filter, ...format]),
  ]);
  return labsOf(lists.join(""));
}

/** Labs from lines of `name<TAB>checkout`, each once. */
export function labsOf(lines: string): FoundLab[] {
  const found = new Map<string, FoundLab>();
  for (const [, id, root] of lines.matchAll(/^(lab-[0-9a-f]{6})\S*\t(.+)$/gm)) {
    found.set(id!, { id: id!, root: root!, hasCheckout: existsSync(root!) });
  }
  return [...found.values()];
}

/** Paths by which a found lab can be removed. */
export function pathsOf(lab: FoundLab, own: LabPaths): LabPaths {
  return { id: lab.id, root: lab.root, state: join(lab.root, ".lab"), cache: own.cache };
}
