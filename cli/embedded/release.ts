import { exec } from "../core/exec";
import type { LabPaths } from "../core/paths";
import { hostAccess } from "./capabilities";
import { inspect, remove } from "./docker";
import { containerName } from "./names";

/**
 * Stops the node at once and detaches the loop devices of its CT disks, also those of a node that was
 * killed: they belong to the machine and would stay behind.
 */
export async function releaseLoopDevices(paths: LabPaths): Promise<void> {
  const name = containerName(paths);
  const container = await inspect<{ Config: { Image: string } }>("container", name);
  if (!container) return;
  await remove("container", name); // ends all CTs, and with them the mounts of their disks
  await exec("docker", [
    ...["run", "--rm", ...hostAccess(), "--network", "none"],
    ...["--volume", `${name}:/var/lib/pve-node`],
    ...["--entrypoint", "/usr/local/lib/pve-node/release", container.Config.Image],
  ]);
}
