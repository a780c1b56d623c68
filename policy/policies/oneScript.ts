import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { COMMAND_TYPE, isInside } from "../commands";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { asList, asText, propsOf, UNKNOWN } from "../plain";

const OWN_PROVIDER = /^pulumi-nodejs:dynamic\/homelab:/;

/**
 * Policies follow the script that a command runs when it is created. Another one for updates would run
 * unseen: a firewall that was installed closed could be opened by it.
 */
export const oneScript: StackValidationPolicy = {
  name: "ct-command-one-script",
  description:
    "A command in a CT runs the same script when it is updated as when it is created, and runs again in a CT " +
    "that is built anew.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const { containers, resources } = labOf(args.resources, args.getConfig<BridgesConfig>());
    const isOwn = resources.some(({ type }) => OWN_PROVIDER.test(type));
    for (const resource of resources) {
      if (resource.type !== COMMAND_TYPE) continue;
      const { triggers } = propsOf(resource.props);
      const inside = containers.find((ct) => isInside(resource, ct, resources));
      if (isOwn && inside && triggers !== UNKNOWN && asList(triggers).length === 0) {
        reportViolation(
          `${inside.label}: ${JSON.stringify(resource.name)} is not run again in a CT that is built anew, got no ` +
            "triggers; give it the CT's incarnation",
          resource.urn,
        );
      }
      if (!differs(resource)) continue;
      const container = containers.find((ct) => isInside(resource, ct, resources));
      if (!container) continue;
      reportViolation(
        `${container.label}: the update of ${JSON.stringify(resource.name)} cannot be judged, ` +
          "got another script than `create`; leave `update` out, `create` is run again then",
        resource.urn,
      );
    }
  },
};

/** False while both are not known yet. */
function differs({ props }: PolicyResource): boolean {
  const { create, update } = propsOf(props);
  if (update === undefined || update === null) return false;
  if (create === UNKNOWN || update === UNKNOWN) return create !== update;
  return asText(update) !== asText(create);
}
