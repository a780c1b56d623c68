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

/** 172.30.<n>.0/24: in the private range that Docker itself and home routers use last. */
export function lanOf(n: number): Lan {
  const host = (last: number) => `172.30.${n}.${last}`;
  return {
    cidr: `${host(0)}/24`,
    gateway: host(1),
    node: host(2),
    dockerRange: `${host(0)}/27`,
    loadBalancer: host(200),
    probe: host(201),
  };
}

/**
 * The first LAN that overlaps nothing in `taken`, `preferred` when it is one.
 *
 * @throws when all 256 are taken.
 */
export function chooseLan(taken: string[], preferred?: string): Lan {
  const ranges = taken.map(rangeOf).filter((range) => range !== undefined);
  const free = (lan: Lan) => {
    const wanted = rangeOf(lan.cidr)!;
    return !ranges.some(([from, to]) => from <= wanted[1] && wanted[0] <= to);
  };
  const all = Array.from({ length: 256 }, (_, n) => lanOf(n));
  const remembered = all.find((lan) => lan.cidr === preferred);
  const lan = remembered && free(remembered) ? remembered : all.find(free);
  if (!lan) {
    throw new Error(
      "LAN: no free subnet in 172.30.0.0/16, got routes or Docker networks on all of it; " +
        "remove unused ones with: docker network prune",
    );
  }
  return lan;
}

/** First and last address of an IPv4 CIDR or address; undefined for anything else. */
function rangeOf(cidr: string): [number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(cidr);
  if (!match) return undefined;
  const [a, b, c, d] = match.slice(1, 5).map(Number) as [number, number, number, number];
  const size = 2 ** (32 - Number(match[5] ?? 32));
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const from = address - (address % size);
  return [from, from + size - 1];
}
