/** Sizes as Proxmox writes them: `8G`, `512M`, `0T`. */

const units = ["K", "M", "G", "T"] as const;

/** Bytes of a size such as `8G` or `1.5G`; a bare number is in bytes. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT])?$/.exec(text);
  if (!match) return undefined;
  const power = match[2] ? units.indexOf(match[2] as (typeof units)[number]) + 1 : 0;
  return Math.round(Number(match[1]) * 1024 ** power);
}

/** Bytes for people: `1.5MB`, as backup logs write them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)}${units[unit]}B`;
}

/** The size with the largest unit that is exact: 8192 MiB is `8G`, nothing is `0T`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = "";
  for (const next of units) {
    if (value % 1024 !== 0) break;
    value /= 1024;
    unit = next;
  }
  return `${value}${unit}`;
}
