import type { PolicyResource } from "@pulumi/policy";
import { isInside } from "./commands";
import { containersOf, type Container } from "./cts";
import { DOCKER_CONTAINER, publishedPorts } from "./docker";
import { privateAddresses, privateBridges, ROLE_TAGS } from "./network";

export interface BridgesConfig {
  privateBridges?: string[];
}

/** Description of the setting that most policies of the private subnet share. */
export const PRIVATE_BRIDGES = {
  type: "array",
  items: { type: "string" },
  description:
    "Bridges of the private subnet. Default: those the stack makes without a physical port, " +
    "else vmbr1.",
} as const;

export interface ServiceConfig extends BridgesConfig {
  port?: number;
}

const DEFAULT_PORT = 3000;

/** Description of the settings of the policies that judge what app nodes let through. */
export const SERVICE_SETTINGS = {
  privateBridges: PRIVATE_BRIDGES,
  port: {
    type: "integer",
    minimum: 1,
    maximum: 65535,
    description:
      "Port on which app nodes publish the service. Default: the one that all of them publish, else 3000.",
  },
} as const;

/**
 * Port of the service: the configured one, else the one that every Docker container of the app nodes
 * publishes. What does not fit to it, rules or targets, is then what is wrong.
 */
export function servicePort({ port }: ServiceConfig, { apps, resources }: Lab): number {
  if (port !== undefined) return port;
  const containers = resources.filter(({ type }) => type === DOCKER_CONTAINER);
  const own = containers.filter((one) => apps.some((app) => isInside(one, app, resources)));
  const ports = new Set(own.flatMap(({ props }) => publishedPorts(props).map((p) => p.external)));
  const [only] = ports;
  return ports.size === 1 && only !== undefined && !isReserved(only) ? only : DEFAULT_PORT;
}

/** Ports of other services, which no web service takes. */
export const isReserved = (port: number): boolean =>
  (port < 1024 && port !== 80 && port !== 443) || [2375, 2376, 5432, 8006, 8404].includes(port);

/** A stack's CTs by the part they play. */
export interface Lab {
  resources: PolicyResource[];
  bridges: Set<string>;
  containers: Container[];
  loadBalancers: Container[];
  apps: Container[];
  databases: Container[];
  /** Addresses on the private subnet; those not known yet are left out. */
  addresses(containers: Container[]): string[];
  /** False while one of the CTs has no known address there. */
  allKnown(containers: Container[]): boolean;
}

export function labOf(resources: PolicyResource[], config: BridgesConfig): Lab {
  const bridges = privateBridges(resources, config.privateBridges);
  const containers = containersOf(resources);
  const tagged = (tag: string) => containers.filter(({ tags }) => tags.includes(tag));
  const addresses = (some: Container[]) => some.flatMap((ct) => privateAddresses(ct, bridges));
  return {
    resources,
    bridges,
    containers,
    loadBalancers: tagged(ROLE_TAGS.loadBalancer),
    apps: tagged(ROLE_TAGS.app),
    databases: tagged(ROLE_TAGS.database),
    addresses,
    allKnown: (some) => some.every((ct) => addresses([ct]).length > 0),
  };
}
