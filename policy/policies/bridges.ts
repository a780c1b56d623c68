import type { StackValidationPolicy } from "@pulumi/policy";
import { containersOf } from "../cts";
import { BRIDGE_TYPES, ROLE_TAGS } from "../network";
import { asList, asText, propsOf, type Plain, type Props } from "../plain";

/** Whoever is on the private bridge is in the private subnet: a network card would put the LAN on it. */
export const bridges: StackValidationPolicy = {
  name: "bridge-private-portless",
  description:
    "A bridge that app nodes or a database are on has no port of the machine, no gateway, no VLANs and " +
    "no IPv6 address, and is there after a reboot.",
  enforcementLevel: "mandatory",
  validateStack: (args, reportViolation) => {
    const inside = containersOf(args.resources).filter(
      ({ tags }) => !tags.includes(ROLE_TAGS.loadBalancer),
    );
    const used = new Set(
      inside.flatMap(({ interfaces }) => interfaces.map(({ bridge }) => bridge)),
    );
    for (const { type, urn, props } of args.resources) {
      if (!BRIDGE_TYPES.has(type)) continue;
      const own = propsOf(props);
      const name = asText(own.name);
      if (name === undefined || !used.has(name)) continue;
      const fault = faultOf(own);
      if (fault) reportViolation(`bridge ${JSON.stringify(name)}: ${fault}`, urn);
    }
  },
};

function faultOf({
  ports,
  gateway,
  gateway6,
  address6,
  vlanAware,
  autostart,
}: Props): string | undefined {
  const cards = asList(ports).map(String);
  if (cards.length > 0) {
    return `the private subnet is on the machine's network, got ports ${cards.join(", ")}; take them out`;
  }
  for (const [key, value] of Object.entries<Plain>({ gateway, gateway6, address6 })) {
    if (asText(value)) return `has another way out, got ${key} ${asText(value)}; take it out`;
  }
  if (vlanAware === true) return "hands VLANs through, got vlanAware: true; take it out";
  if (autostart === false) return "is gone after a reboot, got autostart: false; set it to true";
  return undefined;
}
