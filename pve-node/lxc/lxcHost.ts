import { readdir, rm, rmdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { nodePaths, type NodePaths } from "../paths";

/** What the driver knows of the node it runs on. */
export interface LxcHost {
  node: string;
  paths: NodePaths;
  /** Absolute path of the `pct` executable: LXC's hooks and isolated steps are commands of it. */
  pct: string;
}

export function lxcHost(node = process.env.PVE_NODE_NAME ?? hostname()): LxcHost {
  return { node, paths: nodePaths(node), pct: "/usr/sbin/pct" };
}

/** LXC's own directory of a CT: generated configuration and the mount point of its disk. */
export const lxcDirectory = (host: LxcHost, vmid: number) =>
  join(host.paths.at("/var/lib/lxc"), String(vmid));

export const rootfsDirectory = (host: LxcHost, vmid: number) =>
  join(lxcDirectory(host, vmid), "rootfs");

/**
 * Removes LXC's directory of a CT. Nothing is removed by descending: were a disk or a directory of the
 * node mounted in there, its files would go.
 */
export async function removeLxcDirectory(host: LxcHost, vmid: number): Promise<void> {
  const directory = lxcDirectory(host, vmid);
  await rmdir(rootfsDirectory(host, vmid)).catch(() => undefined);
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) await rm(join(directory, entry.name), { force: true });
  }
  await rmdir(directory).catch(() => undefined);
}

/** What a start that failed had to say; written by the hook, which has no terminal. */
export const startErrorFile = (host: LxcHost, vmid: number) =>
  host.paths.at(`/run/pve/ct-${vmid}.stderr`);

export const lxcLogFile = (host: LxcHost, vmid: number) => host.paths.at(`/run/pve/ct-${vmid}.log`);

/** Name of a CT's network interface on the node's side. */
export const vethName = (vmid: number, index: number) => `veth${vmid}i${index}`;
