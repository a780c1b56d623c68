import { parseProperties } from "../codec/propertyString";
import type { StoredVolume } from "./content";

/** Numbers by `all`, `last`, `hourly` …; all kept when nothing is asked for. */
export type PruneOptions = Record<string, number>;

const keeps = ["all", "last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

export function pruneOptions(text: string): PruneOptions {
  const schema = Object.fromEntries(
    keeps.map((name) => [`keep-${name}`, { type: "string", optional: true } as const]),
  );
  const values = Object.entries(parseProperties(text, schema));
  return Object.fromEntries(
    values.map(([key, value]) => [key.slice("keep-".length), Number(value)]),
  );
}

/** A backup with what pruning would do with it. */
export interface PruneMark {
  volid: string;
  type: string;
  ctime: number;
  vmid?: number;
  mark: "keep" | "remove" | "protected";
}

/** Which backups of each guest stay: the newest of each period, for as many periods as are asked for. */
export function markPrunable(volumes: StoredVolume[], options: PruneOptions): PruneMark[] {
  const all = options.all === 1 || Object.values(options).every((count) => count === 0);
  const guests = new Map<number | undefined, StoredVolume[]>();
  for (const volume of volumes)
    guests.set(volume.vmid, [...(guests.get(volume.vmid) ?? []), volume]);
  return [...guests.values()].flatMap((own) => {
    const newest = [...own].sort((a, b) => b.ctime - a.ctime);
    const kept = all ? new Set(newest) : keptOf(newest, options);
    return newest.map((volume) => ({
      volid: volume.volid,
      type: /vzdump-(\w+)-/.exec(volume.volid)?.[1] ?? "unknown",
      ctime: volume.ctime,
      ...(volume.vmid === undefined ? {} : { vmid: volume.vmid }),
      mark: volume.protected === 1 ? ("protected" as const) : kept.has(volume) ? "keep" : "remove",
    }));
  });
}

const stamp = (seconds: number, length: number) =>
  new Date(seconds * 1000).toISOString().slice(0, length);

/** Names of the period that a time is in. */
const periods: [name: string, of: (ctime: number) => string][] = [
  ["last", (ctime) => String(ctime)],
  ["hourly", (ctime) => stamp(ctime, 13)],
  ["daily", (ctime) => stamp(ctime, 10)],
  ["weekly", (ctime) => String(Math.floor((ctime / 86_400 + 3) / 7))], // 1970 began on a Thursday
  ["monthly", (ctime) => stamp(ctime, 7)],
  ["yearly", (ctime) => stamp(ctime, 4)],
];

function keptOf(newest: StoredVolume[], options: PruneOptions): Set<StoredVolume> {
  const kept = new Set<StoredVolume>();
  for (const [name, of] of periods) {
    const covered = new Set([...kept].map(({ ctime }) => of(ctime)));
    let left = options[name] ?? 0;
    for (const volume of newest) {
      if (left === 0) break;
      if (volume.protected === 1 || covered.has(of(volume.ctime))) continue;
      covered.add(of(volume.ctime));
      kept.add(volume);
      left -= 1;
    }
  }
  return kept;
}
