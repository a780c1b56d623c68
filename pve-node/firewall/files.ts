import { join } from "node:path";
import { formatFirewall, parseFirewall, type FirewallFile } from "../codec/firewall";
import { failure } from "../errors";
import { withFileLock } from "../os/fileLock";
import { digestOf, exclusive, readText, writeAtomic } from "../os/files";
import type { NodePaths } from "../paths";

/** A firewall file as it was read. */
export interface StoredFirewall {
  file: FirewallFile;
  digest: string;
}

export const clusterFirewall = (paths: NodePaths) => join(paths.pve, "firewall", "cluster.fw");
export const guestFirewall = (paths: NodePaths, vmid: number) =>
  join(paths.pve, "firewall", `${vmid}.fw`);
export const nodeFirewall = (paths: NodePaths) => join(paths.nodeDir, "host.fw");

export async function readFirewall(path: string): Promise<StoredFirewall> {
  const text = (await readText(path)) ?? "";
  return { file: parseFirewall(text), digest: digestOf(text) };
}

/** Changes a file under its lock. @throws when it is not the one that the digest is of */
export async function changeFirewall(
  paths: NodePaths,
  path: string,
  digest: unknown,
  change: (file: FirewallFile) => void,
): Promise<void> {
  await exclusive(path, () =>
    withFileLock(join(paths.lockDir, "firewall.lock"), 10, async () => {
      const stored = await readFirewall(path);
      if (digest !== undefined && digest !== stored.digest)
        throw failure("detected modified configuration - file changed by other user? Try again.");
      change(stored.file);
      await writeAtomic(path, formatFirewall(stored.file));
    }),
  );
}
