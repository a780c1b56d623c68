import { parseAddress } from "../net/cidr";
import { STATS_PORT } from "../stack/settings";
import type { Target } from "./haproxyConfig";

/** Checks of what a load balancer is told; each returns its problems as sentences. */

/** HAProxy's own rule for the names of servers, without the colon, which its admin socket separates by. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65535;

export function targetProblems(targets: readonly Target[]): string[] {
  const seen = new Set<string>();
  return targets.flatMap(({ name, address, port }) => {
    const problems: string[] = [];
    const subject = `target ${JSON.stringify(name)}`;
    if (!NAME.test(name)) {
      problems.push(
        `${subject} has a name that HAProxy does not take; use letters, digits, hyphen, underscore and dot, 63 at most`,
      );
    } else if (seen.has(name)) {
      problems.push(`${subject} is there twice; give each target a name of its own`);
    }
    seen.add(name);
    if (parseAddress(address) === undefined) {
      problems.push(`${subject} has the address "${address}"; give an IPv4 address`);
    }
    if (!isPort(port)) problems.push(`${subject} has the port ${port}; give 1 to 65535`);
    return problems;
  });
}

export function listenerProblems(port: number): string[] {
  if (!isPort(port)) return [`listenerPort is ${port}; give 1 to 65535`];
  if (port !== STATS_PORT) return [];
  return [`listenerPort is ${port}, which is the stats page's; give another one`];
}
