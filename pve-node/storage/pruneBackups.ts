import * as fs from "node:fs/promises";
import { join } from "node:path";
import type { Storage } from "../codec/storageConfig";
import type { RequestContext } from "../contract";
import type { NodePaths } from "../paths";
import { contentFolder, listContent } from "./content";
import { markPrunable, pruneOptions } from "./prune";

/** Removes the backups of a guest that a job, or else the storage, no longer wants. */
export async function pruneBackups(
  paths: NodePaths,
  storage: Storage,
  vmid: number,
  params: RequestContext["params"],
  info: (line: string) => void,
): Promise<void> {
  const wanted = params["prune-backups"] ?? storage.properties.get("prune-backups");
  if (wanted === undefined || wanted === "keep-all=1") return;
  info(`prune older backups with retention: ${String(wanted)}`);
  const backups = (await listContent(paths, storage)).filter(
    (volume) => volume.content === "backup" && volume.vmid === vmid,
  );
  const marks = markPrunable(backups, pruneOptions(String(wanted)));
  const removed = marks.filter(({ mark }) => mark === "remove");
  for (const { volid } of removed) {
    info(`removing backup '${volid}'`);
    const name = volid.slice(volid.indexOf("/") + 1);
    const path = paths.at(join(storage.path ?? "", contentFolder("backup") ?? "", name));
    for (const file of [path, `${path}.notes`]) await fs.rm(file, { force: true });
  }
  info(`pruned ${removed.length} backup(s) not covered by keep-retention policy`);
}
