import type { StackValidationPolicy } from "@pulumi/policy";
import { containersOf } from "../cts";
import { BRIDGE_TYPES, ROLE_TAGS } from "../network";
import { asList, asText, propsOf, type Plain, type Props } from "../plain";

/** Whoever is on the private bridge is in the private subnet: a network card would put the LAN on it. */
export const bridges: StackValidationPolicy = {
  name: "bridge-private-portless",
  description:
    "A bridge that app nodes or a database are on has no port of the machine, no gateway, no VLANs and " +
    "no IPv6 address, and is there after a reboot; the stack makes no bridge that none of its CTs is on.",
  enforcementLevel: "mandatory",
  validateStack: (args, reportViolation) => {
    const inside = containersOf(args.resources).filter(
      ({ tags }) => !tags.includes(ROLE_TAGS.loadBalancer),
    );
    const all = new Set(
      containersOf(args.resources).flatMap(({ interfaces }) =>
        interfaces.map(({ bridge }) => bridge),
      ),
    );
    const used = new Set(
      inside.flatMap(({ interfaces }) => interfaces.map(({ bridge }) => bridge)),
    );
    for (const { type, urn, props } of args.resources) {
      if (!BRIDGE_TYPES.has(type)) continue;
      const own = propsOf(props);
      const name = asText(own.name);
      // Where the bridge of an interface is not known, it may be this one.
      if (name !== undefined && !all.has(name) && !all.has(undefined) && all.size > 0) {
        reportViolation(
          `bridge ${JSON.stringify(name)}: no CT of the stack is on it, got ports ` +
            `${asList(own.ports).map(String).join(", ") || "none"}; take it out`,
          urn,
        );
      }
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
  mtu,
}: Props): string | undefined {
  const cards = asList(ports).map(String);
  if (cards.length > 0) {
    return `the private subnet is on the machine's network, got ports ${cards.join(", ")}; take them out`;
  }
  for (const [key, value] of Object.entries<Plain>({ gateway, gateway6, address6 })) {
    if (asText(value)) return `has another way out, got ${key} ${asText(value)}; take it out`;
  }
  if (vlanAware === true) return "hands VLANs through, got vlanAware: true; take it out";
  if (typeof mtu === "number" && mtu > 0 && (mtu < 1280 || mtu > 9216)) {
    return `lets hardly any packet through, got mtu ${mtu}; give 1280 to 9216`;
  }
  if (autostart === false) return "is gone after a reboot, got autostart: false; set it to true";
  return undefined;
}
