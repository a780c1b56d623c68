import type { PolicyResource } from "@pulumi/policy";
import { CONTAINER_TYPE, type Container } from "./cts";
import { asProps, asText, propsOf, UNKNOWN } from "./plain";
import { Host } from "./script/shellEffects";

export const COMMAND_TYPE = "command:remote:Command";

export interface ObservedHost {
  /** What the scripts for the host leave on it. */
  host: Host;
  /** False when a script of the stack is not known yet: what is missing may be in it. */
  complete: boolean;
}

/** Follows, in their order, the scripts that a stack runs in one CT. */
export function observe(container: Container, resources: PolicyResource[]): ObservedHost {
  const observed: ObservedHost = { host: new Host(), complete: true };
  for (const resource of inOrder(resources)) {
    if (resource.type !== COMMAND_TYPE) continue;
    if (!isInside(resource, container, resources)) continue;
    const script = asText(propsOf(resource.props).create);
    if (script === undefined) observed.complete = false;
    else observed.host.run(script);
  }
  return observed;
}

/**
 * True for what a stack does in this CT: by the address that it connects to or, while that is not
 * known, by the component around it.
 */
export function isInside(
  resource: PolicyResource,
  container: Container,
  resources: PolicyResource[],
): boolean {
  const host = hostOf(resource);
  if (host === undefined) return belongsTo(resource, container, resources);
  return container.interfaces.some(({ address }) => address === host);
}

/** Address of a command's connection, or of the Docker engine that a container is run by. */
function hostOf({ props, provider }: PolicyResource): string | undefined {
  const { connection } = propsOf(props);
  if (connection !== undefined) {
    return connection === UNKNOWN ? undefined : asText(asProps(connection).host);
  }
  const engine = asText(propsOf(provider?.props).host);
  return engine && /^[a-z]+:\/\/(?:[^@/]*@)?\[?([^\]:/]+)/.exec(engine)?.[1];
}

/** What a resource depends on comes before it; the engine lists a stack's resources in any order. */
export function inOrder(resources: PolicyResource[]): PolicyResource[] {
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

/** All that must be there before a resource is made, its provider and what that waits for as well. */
export function needsOf(resource: PolicyResource, resources: PolicyResource[]): PolicyResource[] {
  const needs = new Map<string, PolicyResource>();
  const visit = (current: PolicyResource) => {
    const provider = resources.find(({ urn }) => urn === current.provider?.urn);
    for (const need of [...current.dependencies, ...(provider ? [provider] : [])]) {
      if (needs.has(need.urn)) continue;
      needs.set(need.urn, need);
      visit(need);
    }
  };
  visit(resource);
  return inOrder([...needs.values()]).filter(({ urn }) => needs.has(urn));
}

/** That of the CT in the smallest component around the resource that holds one. */
export function belongsTo(
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
