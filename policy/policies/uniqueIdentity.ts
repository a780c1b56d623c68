import type { StackValidationPolicy } from "@pulumi/policy";
import { containersOf, namesakeOf, type Container } from "../cts";

/** Proxmox refuses the second CT of a vmid half way; a second owner of an address breaks both. */
export const uniqueIdentity: StackValidationPolicy = {
  name: "ct-identity-unique",
  description:
    "No two CTs have the same vmid, host name or MAC address, or the same address on one bridge, and none " +
    "has the name of another one's resource.",
  enforcementLevel: "mandatory",
  validateStack: (args, reportViolation) => {
    const containers = containersOf(args.resources);
    const once = (what: string, keysOf: (container: Container) => string | string[]) => {
      const owners = new Map<string, Container>();
      for (const container of containers) {
        for (const key of [keysOf(container)].flat()) {
          const other = owners.get(key);
          owners.set(key, other ?? container);
          if (!other) continue;
          reportViolation(
            `${container.label}: has the ${what} of ${other.label}, got ${key}; give it its own`,
            container.urn,
          );
        }
      }
    };
    for (const container of containers) {
      const other = namesakeOf(container, containers);
      if (!other) continue;
      reportViolation(
        `${container.label}: has the host name of another resource, got ${container.hostname} for ` +
          `${JSON.stringify(container.name)}; give it its own`,
        container.urn,
      );
    }
    once("host name", ({ hostname }) => hostname ?? []);
    once("MAC address", ({ interfaces }) =>
      interfaces.flatMap(({ macAddress }) => macAddress ?? []),
    );
    once("vmid", ({ vmid }) => (vmid === undefined ? [] : [String(vmid)]));
    once("address", ({ interfaces }) =>
      interfaces.flatMap(({ address, bridge }) =>
        address && bridge ? [`${address} on ${bridge}`] : [],
      ),
    );
  },
};
