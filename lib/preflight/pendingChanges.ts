/**
 * Interfaces with changes that wait on the Proxmox node to be applied: whoever applies one applies them all.
 *
 * @param diff `changes` beside the answer of `GET /nodes/{node}/network`: the difference between
 *   /etc/network/interfaces and its successor; undefined where nothing waits
 * @returns their names, each once; `the file's beginning` for lines above the first interface
 */
export function pendingInterfaces(diff: string | undefined): string[] {
  const found = new Set<string>();
  let current = "the file's beginning";
  for (const line of (diff ?? "").split("\n")) {
    if (/^(\+\+\+|---|@@) ?/.test(line)) continue;
    const named = /^[ +-](?:iface|auto|allow-\S+)\s+(\S+)/.exec(line)?.[1];
    if (named) current = named;
    if (/^[+-]\s*\S/.test(line)) found.add(current);
  }
  return [...found];
}
