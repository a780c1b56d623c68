/** The lab's LAN: a Docker network of its own. */
export interface Lan {
  cidr: string;
  gateway: string;
  /** The node's address, fixed so that its certificate stays valid. */
  node: string;
  /** The part Docker may hand out; the rest is for CTs. */
  dockerRange: string;
  loadBalancer: string;
  /** An address that nothing has, for a host that `./lab reach` probes from. */
  probe: string;
}

/** A destination that something else on this machine has. */
export interface TakenRange {
  /** IPv4 CIDR or address; anything else (`default`) is no destination of its own. */
  cidr: string;
  /** For messages: `route by tun0`, `Docker network web`. */
  by: string;
  /** A route, which a smaller subnet on this machine takes precedence over. */
  isRoute: boolean;
}

/** The LAN with addresses of `10.1.2.0/24`. @throws when it is no private IPv4 subnet of 256 addresses. */
export function lanOf(cidr: string): Lan {
  const prefix = /^(\d+\.\d+\.\d+)\.0\/24$/.exec(cidr)?.[1];
  const [a = 0, b = 0, c = 0] = (prefix ?? "").split(".").map(Number);
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
  if (!prefix || !isPrivate || b > 255 || c > 255) {
    throw new Error(
      `LAN: ${JSON.stringify(cidr)} is no private subnet of 256 addresses; give it as 192.168.77.0/24`,
    );
  }
  const host = (last: number) => `${prefix}.${last}`;
  return {
    cidr,
    gateway: host(1),
    node: host(2),
    dockerRange: `${host(0)}/27`,
    loadBalancer: host(200),
    probe: host(201),
  };
}

/** Subnets that CTs have by default (private subnet, Docker on the app nodes) are not offered. */
const inUseInside = ["10.10.10.0/24", "10.210.0.0/24"];

/** 172.30 first, which Docker itself and home routers use last; then all that is private. */
function* candidates(): Generator<string> {
  const seconds = [30, 31, ...Array.from({ length: 14 }, (_, n) => 29 - n)];
  const blocks = [
    ...seconds.map((second) => `172.${second}`),
    "192.168",
    ...Array.from({ length: 256 }, (_, n) => `10.${255 - n}`),
  ];
  for (const block of blocks)
    for (let third = 0; third < 256; third++) {
      const cidr = `${block}.${third}.0/24`;
      if (!inUseInside.includes(cidr)) yield cidr;
    }
}

/** Routes to more than a /8 are another way to say `default`: VPNs cut the world in two halves. */
const shortestPrefix = 8;

/** Behind a route to at least this many addresses a LAN may hide a part, when nothing else is left. */
const widePrefix = 16;

/**
 * A LAN that overlaps nothing in `taken`: `wanted`, else `preferred` when it is free, else the first
 * that is. Where routes lead to all private addresses, one inside such a wide route is taken: for its
 * 256 addresses this machine then prefers the LAN.
 *
 * @throws when `wanted` or everything is taken, with what is in the way.
 */
export function chooseLan(taken: TakenRange[], preferred?: string, wanted?: string): Lan {
  const ranges = taken
    .map((one) => ({ ...one, range: rangeOf(one.cidr) }))
    .filter(({ range }) => range !== undefined && range.prefix >= shortestPrefix);
  const inTheWay = (cidr: string, wideToo: boolean) => {
    const wish = rangeOf(cidr)!;
    return ranges.find(
      ({ range, isRoute }) =>
        overlap(range!, wish) && (wideToo || !isRoute || range!.prefix > widePrefix),
    );
  };
  if (wanted) {
    const lan = lanOf(wanted);
    const other = inTheWay(wanted, true);
    if (!other) return lan;
    throw new Error(
      `HOMELAB_LAN: ${wanted} overlaps ${other.cidr} (${other.by}); name another subnet`,
    );
  }
  for (const wideToo of [true, false]) {
    if (preferred && !inTheWay(preferred, wideToo)) return lanOf(preferred);
    for (const cidr of candidates()) if (!inTheWay(cidr, wideToo)) return lanOf(cidr);
  }
  const named = ranges.map(({ cidr, by }) => `${cidr} (${by})`);
  throw new Error(
    `LAN: no free subnet among the private addresses; in the way are ${named.slice(0, 8).join(", ")}; ` +
      "remove unused Docker networks (docker network prune), or routes",
  );
}

/** A route to the LAN's addresses or a part of them, which packets to CTs may take instead of the LAN. */
export function rivalOf(lan: Lan, taken: TakenRange[]): TakenRange | undefined {
  const own = rangeOf(lan.cidr)!;
  return taken.find(({ cidr }) => {
    const range = rangeOf(cidr);
    return range !== undefined && range.prefix >= own.prefix && overlap(range, own);
  });
}

interface Range {
  from: number;
  to: number;
  prefix: number;
}

const overlap = (a: Range, b: Range) => a.from <= b.to && b.from <= a.to;

/** First and last address of an IPv4 CIDR or address; undefined for anything else. */
function rangeOf(cidr: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(cidr);
  if (!match) return undefined;
  const [a, b, c, d] = match.slice(1, 5).map(Number) as [number, number, number, number];
  const prefix = Number(match[5] ?? 32);
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const from = address - (address % size);
  return { from, to: from + size - 1, prefix };
}
