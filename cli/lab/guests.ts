import type { StackOutputs } from "../stack/outputs";
import { type NodeAccess, onNode } from "./ssh";

/** The Proxmox node itself, where a guest's name is asked for. */
export const nodeName = "pve";

/**
 * The vmid behind a name, or undefined for the Proxmox node.
 *
 * The stack's outputs know it; while its first `up` has not ended, the node's own list does.
 *
 * @throws when nothing has that name.
 */
export async function vmidOf(
  name: string,
  access: NodeAccess,
  outputs: StackOutputs | undefined,
): Promise<number | undefined> {
  if (name === nodeName) return undefined;
  const known = outputs ? [outputs.loadBalancer, ...outputs.targets, outputs.database] : [];
  const found = known.find((guest) => guest.name === name);
  if (found) return found.vmid;
  const listed = await onNode(access, ["pct", "list"], { timeoutMs: 15_000 });
  if (listed.code !== 0) throw new Error(`pct list: exit status ${listed.code}: ${listed.stderr}`);
  const guests = parsePctList(listed.stdout);
  const vmid = guests.get(name);
  if (vmid === undefined) {
    throw new Error(
      `${JSON.stringify(name)}: no such guest; there are ${[nodeName, ...guests.keys()].join(", ")}`,
    );
  }
  return vmid;
}

/** vmid by name from `pct list`: VMID, status, an optional lock, name. */
export function parsePctList(text: string): Map<string, number> {
  const rows = text.split("\n").slice(1);
  return new Map(
    rows
      .map((row) => row.trim().split(/\s+/))
      .filter((fields) => fields.length >= 3)
      .map((fields) => [fields.at(-1)!, Number(fields[0])]),
  );
}
