import type { PolicyResource } from "@pulumi/policy";
import { CONTAINER_TYPE, type Container } from "./containers";
import { asProps, asText, propsOf, UNKNOWN } from "./plain";
import { privateAddresses } from "./network";
import { Host } from "./script/host";

const COMMAND_TYPE = "command:remote:Command";

export interface ObservedHost {
  /** What the scripts for the host leave on it. */
  host: Host;
  /** False when a script of the stack is not known yet: what is missing may be in it. */
  complete: boolean;
}

/** Follows, in their order, the scripts that a stack runs in one CT. */
export function observe(
  container: Container,
  resources: PolicyResource[],
  bridges: Set<string>,
): ObservedHost {
  const addresses = new Set(privateAddresses(container, bridges));
  const observed: ObservedHost = { host: new Host(), complete: true };
  for (const resource of inOrder(resources)) {
    if (resource.type !== COMMAND_TYPE) continue;
    const { connection, create } = propsOf(resource.props);
    const host = connection === UNKNOWN ? UNKNOWN : asProps(connection).host;
    const own =
      host === UNKNOWN || host === undefined
        ? belongsTo(resource, container, resources)
        : addresses.has(asText(host) ?? "");
    if (!own) continue;
    const script = asText(create);
    if (script === undefined) observed.complete = false;
    else observed.host.run(script);
  }
  return observed;
}

/** What a resource depends on comes before it; the engine lists a stack's resources in any order. */
function inOrder(resources: PolicyResource[]): PolicyResource[] {
  const ordered = new Map<string, PolicyResource>();
  const seen = new Set<string>();
  const visit = (resource: PolicyResource) => {
    if (seen.has(resource.urn)) return;
    seen.add(resource.urn);
    resource.dependencies.forEach(visit);
    ordered.set(resource.urn, resource);
  };
  resources.forEach(visit);
  return [...ordered.values()];
}

/**
 * Whose script it is while the connection is not known: that of the CT in the smallest component
 * around the command that holds one.
 */
function belongsTo(
  command: PolicyResource,
  container: Container,
  resources: PolicyResource[],
): boolean {
  const containers = resources.filter((resource) => resource.type === CONTAINER_TYPE);
  for (let around = command.parent; around; around = around.parent) {
    const inside = containers.filter((ct) => isWithin(ct, around.urn));
    if (inside.length) return inside.length === 1 && inside[0]?.urn === container.urn;
  }
  return false;
}

function isWithin(resource: PolicyResource, urn: string): boolean {
  for (let around = resource.parent; around; around = around.parent) {
    if (around.urn === urn) return true;
  }
  return false;
}
