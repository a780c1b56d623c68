import type { StackValidationPolicy } from "@pulumi/policy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { ROLE_TAGS } from "../network";

interface Config extends BridgesConfig {
  publicTags?: string[];
}

/** Keeps app nodes and database off the LAN: what is not reachable needs no rule. */
export const privateSubnet: StackValidationPolicy = {
  name: "ct-private-subnet-only",
  description:
    "Only the load balancer has an interface outside the private subnet; app nodes and database " +
    "are reached through it alone.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      privateBridges: PRIVATE_BRIDGES,
      publicTags: {
        type: "array",
        items: { type: "string" },
        default: [ROLE_TAGS.loadBalancer],
        description: "A CT with one of these tags may have interfaces on any bridge.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const config = args.getConfig<Config>();
    const { bridges, containers } = labOf(args.resources, config);
    const allowed = [...bridges].map((bridge) => JSON.stringify(bridge)).join(", ");
    const publicTags = config.publicTags ?? [ROLE_TAGS.loadBalancer];
    for (const container of containers) {
      if (container.tags.some((tag) => publicTags.includes(tag))) continue;
      for (const { name, bridge } of container.interfaces) {
        if (bridge === undefined || bridges.has(bridge)) continue;
        reportViolation(
          `${container.label}: interface ${name} is outside the private subnet, ` +
            `got bridge ${JSON.stringify(bridge)}; only CTs tagged ${publicTags.join(" or ")} ` +
            `may be, put it on ${allowed}`,
          container.urn,
        );
      }
    }
  },
};
