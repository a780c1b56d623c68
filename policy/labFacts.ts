import type { PolicyResource } from "@pulumi/policy";
import { containersOf, type Container } from "./cts";
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
    default: DEFAULT_PORT,
    description: "Port on which app nodes publish the service.",
  },
} as const;

export const servicePort = ({ port }: ServiceConfig): number => port ?? DEFAULT_PORT;

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
