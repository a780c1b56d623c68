import type { PolicyResource } from "@pulumi/policy";
import { isContainer, type Container } from "./cts";
import { asProps, asText, propsOf, UNKNOWN, type Plain } from "./plain";
import type { Area } from "./script/judgedPaths";
import { Host } from "./script/shellEffects";
import type { Fault } from "./script/types";
import { ANY } from "./script/values";

export const COMMAND_TYPE = "command:remote:Command";
const COPY_TYPES = /^command:remote:Copy(ToRemote|File)$/;

/** A fault of one of a stack's scripts. */
export interface ScriptFault extends Fault {
  /** Name of the resource whose script it is. */
  resource: string;
  urn: string;
}

export interface ObservedHost {
  /** What the scripts for the host leave on it. */
  host: Host;
  /** False when a script of the stack is not known yet: what is missing may be in it. */
  complete: boolean;
  /** What in the scripts cannot be followed. */
  faults: ScriptFault[];
}

/** Everything that a command runs, as far as it is known. */
interface Script {
  name: string;
  urn: string;
  create: Plain;
  update: Plain;
  remove: Plain;
  stdin: string;
  environment: Record<string, string>;
}

/** Policies are given the same stack one after the other: its scripts are followed once. */
const followed = new Map<string, ObservedHost>();
const MAX_KEPT = 64;

/** The same within one policy, which is given one list of resources: by CT, without a comparison of texts. */
const observedIn = new WeakMap<PolicyResource[], Map<string, ObservedHost>>();

/** Follows, in their order, the scripts that a stack runs in one CT. */
export function observe(
  container: Container,
  resources: PolicyResource[],
  programs: readonly string[] = programsAllowed,
): ObservedHost {
  return once(resources, [container.urn, ...programs], () => {
    const own = inOrder(resources).filter((one) => isInside(one, container, resources));
    return follow(own, { isNode: false, programs });
  });
}

function once(
  resources: PolicyResource[],
  of: readonly string[],
  observed: () => ObservedHost,
): ObservedHost {
  const kept = observedIn.get(resources) ?? new Map<string, ObservedHost>();
  observedIn.set(resources, kept);
  const key = of.join("\n");
  const found = kept.get(key) ?? observed();
  kept.set(key, found);
  return found;
}

/** Follows what a stack runs outside of its CTs: on the Proxmox node and other machines. */
export function observeOutside(
  resources: PolicyResource[],
  containers: Container[],
  programs: readonly string[] = programsAllowed,
): ObservedHost {
  return once(resources, ["node", ...containers.map(({ urn }) => urn), ...programs], () => {
    const commands = inOrder(resources).filter(({ type }) => isScript(type));
    const outside = commands.filter(
      (one) => !containers.some((ct) => isInside(one, ct, resources)),
    );
    return follow(outside, { isNode: true, programs });
  });
}

let programsAllowed: readonly string[] = [];

/** Programs that touch nothing that is judged, from the configuration of the policy on scripts. */
export function allowPrograms(programs: readonly string[]): void {
  programsAllowed = programs;
}

interface Copy {
  one: PolicyResource;
  path: Plain;
}

const isScript = (type: string) => type === COMMAND_TYPE || COPY_TYPES.test(type);

function follow(
  resources: PolicyResource[],
  options: { isNode: boolean; programs: readonly string[] },
): ObservedHost {
  const scripts = resources.filter(({ type }) => type === COMMAND_TYPE).map(scriptOf);
  const copies = resources.filter(({ type }) => COPY_TYPES.test(type));
  const targets = copies.map((one): Copy => ({ one, path: copiedTo(one) }));
  const texts: unknown[] = [scripts, targets.map(({ one, path }) => [one.urn, path]), options];
  const key = JSON.stringify(texts, unknownAsText);
  const kept = followed.get(key);
  if (kept) return kept;
  const observed: ObservedHost = { host: new Host(options), complete: true, faults: [] };
  for (const { one, path } of targets) copied(observed, one, path);
  for (const script of scripts) run(observed, script);
  if (followed.size >= MAX_KEPT) followed.clear();
  followed.set(key, observed);
  return observed;
}

const unknownAsText = (_: string, value: unknown): unknown => (value === UNKNOWN ? ANY : value);

function scriptOf({ name, urn, props }: PolicyResource): Script {
  const { create, update, delete: remove, stdin, environment } = propsOf(props);
  const variables = environment === UNKNOWN ? {} : asProps(environment);
  return {
    ...{ name, urn, create, update, remove },
    stdin: stdin === undefined || stdin === null ? "" : (asText(stdin) ?? ANY),
    environment: Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [key, asText(value) ?? ANY]),
    ),
  };
}

function run(observed: ObservedHost, script: Script): void {
  const { host } = observed;
  const { name: resource, urn, stdin, environment } = script;
  const create = asText(script.create);
  if (create === undefined) {
    if (script.create === UNKNOWN) observed.complete = false;
  } else {
    host.run(create, stdin, environment);
    observed.faults.push(...host.faults.splice(0).map((fault) => ({ ...fault, resource, urn })));
  }
  // Another `update` than `create` is no policy's to follow: "ct-command-one-script" refuses it.
  const remove = asText(script.remove);
  if (remove !== undefined) trial(observed, script, remove);
}

/** A `delete` leaves what is judged as it is: it also runs when the command is replaced. */
function trial(observed: ObservedHost, script: Script, text: string): void {
  const { host, faults } = observed;
  const { name: resource, urn } = script;
  const after = host.trial(text, script.stdin);
  faults.push(...after.faults.map((fault) => ({ ...fault, resource, urn })));
  if (host.options.isNode) return; // it takes the node's filters away again
  if (after.judgedState() === host.judgedState()) return;
  const why = "its delete changes what its create has installed";
  faults.push({ area: "firewall", command: text.slice(0, 60), why, resource, urn });
}

/** Files that are copied are not read, but for HAProxy's configuration. */
function copied(observed: ObservedHost, { name, urn }: PolicyResource, path: Plain): void {
  const to = asText(path);
  if (to !== undefined && /^\/etc\/haproxy\/[^/]*\.cfg(\.next)?$/.test(to)) return;
  const { host } = observed;
  if (to === undefined) {
    host.fault("script", "a copied file", "where it is copied to cannot be known");
  } else host.copyTo(to);
  observed.faults.push(
    ...host.faults.splice(0).map((fault) => ({ ...fault, resource: name, urn })),
  );
}

function copiedTo({ props }: PolicyResource): Plain {
  const { remotePath } = propsOf(props);
  return remotePath;
}

/** Faults of an area, in words that say where they are. */
export function faultsOf({ faults }: ObservedHost, ...areas: Area[]): string[] {
  return faults
    .filter(({ area }) => areas.includes(area))
    .map(
      ({ resource, command, why }) =>
        `a script cannot be judged, for ${why}, got ${JSON.stringify(command)} in ` +
        `${JSON.stringify(resource)}; declare it as a resource or take it out`,
    );
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
  const containers = resources.filter((resource) => isContainer(resource.type));
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
