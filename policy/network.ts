import type { PolicyResource } from "@pulumi/policy";
import { containersOf, type Container } from "./cts";
import { asList, asText, propsOf, UNKNOWN } from "./plain";

export const BRIDGE_TYPES = new Set([
  "proxmoxve:Network/networkBridge:NetworkBridge",
  "proxmoxve:network/linux/bridge:Bridge",
  "proxmoxve:network/linux/bridgeLegacy:BridgeLegacy",
]);

/** The private bridge of the default stack. */
const DEFAULT_PRIVATE_BRIDGE = "vmbr1";

/** Roles that CTs carry as tags. */
export const ROLE_TAGS = { loadBalancer: "lb", app: "app", database: "db" } as const;

/**
 * Bridges of the private subnet: the configured ones, else those that the stack makes for its app nodes and
 * databases or without a physical port, else the default stack's.
 */
export function privateBridges(resources: PolicyResource[], configured?: string[]): Set<string> {
  if (configured?.length) return new Set(configured);
  const inside = containersOf(resources).filter(({ tags }) =>
    [ROLE_TAGS.app, ROLE_TAGS.database].some((tag) => tags.includes(tag)),
  );
  const used = inside.flatMap(({ interfaces }) => interfaces.map(({ bridge }) => bridge));
  const made = resources
    .filter((resource) => BRIDGE_TYPES.has(resource.type))
    .map((resource) => propsOf(resource.props))
    // One that has got a port is still theirs; `bridge-private-portless` speaks of the port.
    .filter(({ ports, name }) => {
      return ports !== UNKNOWN && (asList(ports).length === 0 || used.includes(asText(name)));
    })
    .map((bridge) => asText(bridge.name));
  const names = made.filter((name) => name !== undefined);
  return new Set(names.length ? names : [DEFAULT_PRIVATE_BRIDGE]);
}

/** Addresses of a CT on the private subnet; those not known yet are left out. */
export function privateAddresses(container: Container, bridges: Set<string>): string[] {
  const own = container.interfaces.filter((nic) => nic.bridge && bridges.has(nic.bridge));
  return own.map((nic) => nic.address).filter((address) => address !== undefined);
}
