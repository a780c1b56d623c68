import { Firewall } from "./firewall";
import { ANY } from "./values";
import { areaOf } from "./judgedPaths";

/** What is known of a machine while a script is followed. */
export class Machine {
  /** Text of each file that was written; null for one that was removed. */
  files = new Map<string, string | null>();
  modes = new Map<string, string>();
  variables = new Map<string, string>();
  /** What was said of a systemd unit last, for each kind of word. */
  units = new Map<string, string>();
  ipv4 = new Firewall();
  ipv6 = new Firewall();
  /** Rule sets that `nft -f` has loaded. */
  nft: string[] = [];
  folder = "/root";
  /** How the script came to its end. */
  ended?: "succeeded" | "failed" | "returned";

  clone(): Machine {
    const copy = new Machine();
    copy.files = new Map(this.files);
    copy.modes = new Map(this.modes);
    copy.variables = new Map(this.variables);
    copy.units = new Map(this.units);
    copy.ipv4 = this.ipv4.clone();
    copy.ipv6 = this.ipv6.clone();
    copy.nft = [...this.nft];
    copy.folder = this.folder;
    copy.ended = this.ended;
    return copy;
  }

  /**
   * The machine after one of two ways that a script may have gone.
   *
   * @param differs told what cannot be known afterwards
   */
  static either(a: Machine, b: Machine, differs: (what: string) => void): Machine {
    const merged = a.clone();
    merged.files = mergedMap<string | null>(a.files, b.files, (path, inA, inB) => {
      // Removed on one way, never there on the other.
      if (!inA && !inB && inA !== "" && inB !== "") return null;
      if (areaOf(path)) differs(path);
      return ANY;
    });
    merged.variables = mergedMap(a.variables, b.variables, () => ANY);
    merged.modes = mergedMap(a.modes, b.modes, (_, inA, inB) => inA ?? inB ?? "");
    merged.units = mergedMap(a.units, b.units, (unit, inA, inB) => {
      if (/^(enabled|masked) (homelab-|docker|haproxy|postgres)/.test(unit)) differs(unit);
      return inA ?? inB ?? "";
    });
    for (const family of ["ipv4", "ipv6"] as const) {
      if (a[family].text() !== b[family].text()) differs(`${family} rules of iptables`);
    }
    if (a.nft.join("\n") !== b.nft.join("\n")) differs("rules of nft");
    if (a.folder !== b.folder) merged.folder = `/${ANY}`;
    return merged;
  }
}

/** Values that both have, and for the others what `differing` makes of them. */
function mergedMap<V>(
  a: ReadonlyMap<string, V>,
  b: ReadonlyMap<string, V>,
  differing: (key: string, inA: V | undefined, inB: V | undefined) => V,
): Map<string, V> {
  const keys = new Set([...a.keys(), ...b.keys()]);
  return new Map(
    [...keys].map((key): [string, V] => {
      const [inA, inB] = [a.get(key), b.get(key)];
      const same = a.has(key) && b.has(key) && inA === inB;
      return [key, same ? (inA as V) : differing(key, inA, inB)];
    }),
  );
}
