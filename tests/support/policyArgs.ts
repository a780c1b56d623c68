import * as policy from "@pulumi/policy";
import type {
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";

/** What Pulumi's engine sends for a string that a preview cannot know. */
export const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface TestResource {
  type: string;
  name: string;
  props: Record<string, unknown>;
  parent?: PolicyResource;
  dependencies?: PolicyResource[];
}

export interface Violation {
  message: string;
  urn?: string;
}

const OPTIONS: PolicyResourceOptions = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

/** A resource as the policy server hands it over: reading an unknown property throws. */
export function policyResource(resource: TestResource): PolicyResource {
  const { type, name, props, parent, dependencies = [] } = resource;
  const { unknownCheckingProxy } = policy as unknown as {
    unknownCheckingProxy: (props: object) => Record<string, unknown>;
  };
  const inside = parent ? `${parent.type}$${type}` : type;
  return {
    type,
    name,
    props: unknownCheckingProxy(props),
    urn: `urn:pulumi:dev::homelab::${inside}::${name}`,
    opts: OPTIONS,
    parent,
    dependencies,
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  };
}

/** Runs a stack policy as the engine does and returns what it reports. */
export async function stackViolations(
  subject: StackValidationPolicy,
  resources: PolicyResource[],
  config: object = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const args: StackValidationArgs = { resources, ...common(config) };
  await subject.validateStack(args, (message, urn) => violations.push({ message, urn }));
  return violations;
}

/** Runs a resource policy on each resource and returns what it reports. */
export async function resourceViolations(
  subject: ResourceValidationPolicy,
  resources: PolicyResource[],
  config: object = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const resource of resources) {
    const args: ResourceValidationArgs = {
      ...resource,
      ...common(config),
      provider: undefined,
      asType: () => undefined,
    };
    for (const validate of [subject.validateResource].flat()) {
      await validate?.(args, (message, urn) => violations.push({ message, urn }));
    }
  }
  return violations;
}

function common(config: object) {
  return {
    stackTags: new Map<string, string>(),
    getConfig: <T extends object>() => config as T,
    notApplicable: (reason?: string): never => {
      throw new Error(`policy does not apply: ${reason ?? "no reason given"}`);
    },
  };
}
