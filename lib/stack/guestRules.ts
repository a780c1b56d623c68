import type { Cidr } from "../net/cidr";
import { isHost, overlaps, parseAddress, parseCidr } from "../net/cidr";
import type { Side } from "../security/securityGroup";
import type { Guest } from "./guest";

/** Rules for the CTs of a site, whoever declares them; each returns its problems as sentences. */

type Subnets = Record<Side, { cidr: string; gateway: string }>;

const isWithin = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

/** No vmid and no address is given twice, the gateways' included. */
export function duplicateGuests(guests: readonly Guest[], subnets: Subnets): string[] {
  const problems: string[] = [];
  const once = (what: string, pairs: [string, string][]) => {
    const seen = new Map<string, string>();
    for (const [owner, value] of pairs) {
      const other = seen.get(value);
      if (other)
        problems.push(`${what} ${value}: is given to ${other} and ${owner}; each needs its own`);
      seen.set(value, other ?? owner);
    }
  };
  once(
    "vmid",
    guests.map(({ name, vmid }) => [name, String(vmid)]),
  );
  const addresses = (side: Side) =>
    guests.flatMap(({ name, ports }) =>
      ports.filter(({ on }) => on === side).map(({ address }): [string, string] => [name, address]),
    );
  once("address", [["the private gateway", subnets.private.gateway], ...addresses("private")]);
  once("address", [["the LAN gateway", subnets.lan.gateway], ...addresses("lan")]);
  return problems;
}

/** Checks what Proxmox and the components expect of a single CT. */
export function guestProblems(guest: Guest, subnets: Subnets): string[] {
  const { name, vmid, ports, memoryMiB, diskGiB } = guest;
  const subject = `CT ${JSON.stringify(name)}`;
  const problems: string[] = [];
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    problems.push(
      `${subject} has a name that is no host name; use small letters, digits and hyphens, 63 at most`,
    );
  }
  if (!isWithin(vmid, 100, 999_999_999)) {
    problems.push(`${subject} has vmid ${vmid}; give 100 to 999999999`);
  }
  if (!isWithin(memoryMiB, 64, 1_048_576)) {
    problems.push(`${subject} has memoryMiB ${memoryMiB}; give 64 to 1048576 MiB`);
  }
  if (!isWithin(diskGiB, 1, 8192)) {
    problems.push(`${subject} has diskGiB ${diskGiB}; give 1 to 8192 GiB`);
  }
  if (!ports.some(({ on }) => on === "private")) {
    problems.push(
      `${subject} has no port in the private subnet, by which it is reached over SSH; add one`,
    );
  }
  for (const { on, address } of ports) {
    const { cidr } = subnets[on];
    const subnet = parseCidr(cidr);
    const value = parseAddress(address);
    if (value === undefined || (subnet && !isHost(subnet, value))) {
      problems.push(`${subject} has the address "${address}" on ${on}; give a host of ${cidr}`);
    }
  }
  return problems;
}

/** The two subnets are subnets, and no address is in both. */
export function subnetProblems({ lan, private: own }: Subnets): string[] {
  const problems: string[] = [];
  const read = (key: string, { cidr, gateway }: { cidr: string; gateway: string }) => {
    const subnet = parseCidr(cidr);
    const address = parseAddress(gateway);
    if (!subnet) {
      problems.push(`${key}.cidr is "${cidr}"; give an IPv4 subnet, for example 10.10.10.0/24`);
    } else if (address === undefined || !isHost(subnet, address)) {
      problems.push(`${key}.gateway is "${gateway}"; give a host of ${cidr}`);
    }
    return subnet;
  };
  const one: Cidr | undefined = read("lan", lan);
  const other = read("privateNetwork", own);
  if (one && other && overlaps(one, other)) {
    problems.push(`privateNetwork.cidr is ${own.cidr}, which overlaps the LAN's ${lan.cidr}`);
  }
  return problems;
}
