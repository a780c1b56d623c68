import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";

/** Where the files of a stack for a real Proxmox VE are on this machine. */
export function stackFolder(paths: LabPaths, stack: string) {
  const folder = join(paths.state, "stacks", stack);
  return {
    folder,
    journal: join(folder, "init.json"),
    key: join(folder, "id_ed25519"),
    knownHosts: join(folder, "known_hosts"),
    /** The CA of its API; alone in its folder, which Go programs read as a whole. */
    ca: join(folder, "certs", "ca.pem"),
  };
}
