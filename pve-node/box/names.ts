import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";

/** Proxmox node name, also the container's host name. */
export const nodeName = "pve1";

/** The Docker container; its volume has the same name. */
export const containerName = (paths: LabPaths): string => `${paths.id}-${nodeName}`;

/** Labels by which a lab's objects are found, also when its checkout has gone. */
export const labels = (paths: LabPaths): string[] => [
  ...["--label", `homelab.checkout=${paths.root}`],
  ...["--label", "homelab.role=pve-node"],
];

/** Files in `.lab/pve` through which this machine reaches the node. */
export function accessFiles(paths: LabPaths) {
  const folder = join(paths.state, "pve");
  return {
    folder,
    ca: join(folder, "certs", "ca.pem"),
    key: join(folder, "id_ed25519"),
    knownHosts: join(folder, "known_hosts"),
    password: join(folder, "root-password"),
    token: join(folder, "api-token"),
  };
}
