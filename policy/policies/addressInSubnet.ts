import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { contains, isReserved, parseCidr } from "../cidr";
import { containersOf, type ContainerInterface } from "../cts";
import { BRIDGE_TYPES, ROLE_TAGS } from "../network";
import { asText, propsOf } from "../plain";

/** An address outside its bridge's subnet is reached by nobody, or by the wrong ones. */
export const addressInSubnet: StackValidationPolicy = {
  name: "ct-address-in-subnet",
  description:
    "On a bridge that the stack makes, CTs have free host addresses of the bridge's subnet, with " +
    "its prefix, and their gateway in it.",
  enforcementLevel: "mandatory",
  validateStack: (args, reportViolation) => {
    const subnets = subnetsOf(args.resources);
    const containers = containersOf(args.resources);
    const taken = new Set(containers.flatMap((ct) => ct.interfaces.map(({ address }) => address)));
    for (const { label, urn, interfaces, tags } of containers) {
      for (const nic of interfaces) {
        if (nic.gateway !== undefined && taken.has(nic.gateway)) {
          reportViolation(
            `${label}: interface ${nic.name} sends everything through another CT, got gateway ${nic.gateway}; ` +
              "use the bridge's own address",
            urn,
          );
        }
        const subnet = subnets.get(nic.bridge ?? "");
        const other = [...subnets].find(([bridge, cidr]) => {
          const own = parseCidr(cidr);
          return (
            nic.bridge !== undefined &&
            bridge !== nic.bridge &&
            own &&
            contains(own, nic.address ?? "")
          );
        });
        // Others may not be on it at all: "ct-private-subnet-only" says so.
        if (other && !subnet && tags.includes(ROLE_TAGS.loadBalancer)) {
          reportViolation(
            `${label}: interface ${nic.name} has an address of another bridge, got ${nic.cidr} on ${nic.bridge}; ` +
              `put it on ${other[0]}`,
            urn,
          );
        }
        const fault = subnet && faultOf(nic, subnet);
        if (fault) reportViolation(`${label}: interface ${nic.name} ${fault}`, urn);
      }
    }
  },
};

/** Addresses with prefix of the bridges that the stack makes, by their names. */
function subnetsOf(resources: PolicyResource[]): Map<string, string> {
  const made = resources.filter(({ type }) => BRIDGE_TYPES.has(type)).map((r) => propsOf(r.props));
  return new Map(
    made.flatMap(({ name, address }) => {
      const [bridge, cidr] = [asText(name), asText(address)];
      return bridge && cidr ? [[bridge, cidr]] : [];
    }),
  );
}

function faultOf({ cidr: own, address, gateway }: ContainerInterface, bridge: string) {
  const subnet = parseCidr(bridge);
  if (!subnet || own === undefined || address === undefined) return undefined;
  const [bridgeAddress, prefix] = bridge.split("/");
  const allowed = `give a free host address of the bridge's subnet ${bridge}`;
  if (!contains(subnet, address)) return `is outside its subnet, got ${own}; ${allowed}`;
  if (isReserved(subnet, address)) return `has no host's address, got ${own}; ${allowed}`;
  if (address === bridgeAddress) return `has the bridge's own address, got ${own}; ${allowed}`;
  if (own.split("/")[1] !== prefix) return `has another prefix, got ${own}; use /${prefix}`;
  if (gateway === undefined || contains(subnet, gateway)) return undefined;
  return `has a gateway that it cannot reach, got ${gateway}; use ${bridgeAddress}`;
}
