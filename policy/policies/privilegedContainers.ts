import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isContainer, containerOf } from "../cts";
import { ROLE_TAGS } from "../network";

interface Config {
  privilegedTags?: string[];
}

/** Root in a privileged CT is root of the Proxmox node: only Docker in LXC is worth that. */
export const privilegedContainers: ResourceValidationPolicy = {
  name: "ct-privileged-app-only",
  description: "Only app nodes, which run Docker, are privileged CTs.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      privilegedTags: {
        type: "array",
        items: { type: "string" },
        default: [ROLE_TAGS.app],
        description: "A CT with one of these tags may be privileged.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isContainer(args.type)) return;
    const privilegedTags = args.getConfig<Config>().privilegedTags ?? [ROLE_TAGS.app];
    const container = containerOf(args.urn, args.name, args.props);
    if (container.unprivileged !== false) return; // unprivileged, or not known yet
    if (container.tags.some((tag) => privilegedTags.includes(tag))) return;
    const tags = container.tags.join(", ") || "none";
    reportViolation(
      `${container.label}: is privileged, got tags ${tags}; only CTs tagged ` +
        `${privilegedTags.join(" or ")} may be, set unprivileged: true`,
    );
  },
};
