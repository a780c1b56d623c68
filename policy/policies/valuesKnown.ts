import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { COMMAND_TYPE } from "../commands";
import { isContainer } from "../cts";
import { DOCKER_CONTAINER } from "../docker";
import { asProps, propsOf, UNKNOWN, type Plain } from "../plain";

/** Inputs whose text a policy must read, by type. Connections, labels and ids follow from them. */
const READ: readonly [(type: string) => boolean, readonly string[]][] = [
  [(type) => type === COMMAND_TYPE, ["create", "update", "delete"]],
  [(type) => /^command:remote:Copy/.test(type), ["source", "remotePath"]],
  [
    isContainer,
    [
      "vmId",
      "tags",
      "networkInterfaces",
      "initialization",
      "unprivileged",
      "mountPoints",
      "memory",
    ],
  ],
  [
    (type) => type === DOCKER_CONTAINER,
    ["ports", "volumes", "mounts", "envs", "networkMode", "user"],
  ],
  [(type) => /CtFirewallState$/.test(type), ["rules", "vmid"]],
];

/** A preview that cannot know a text does not judge it: it says so, and how often. */
export const valuesKnown: StackValidationPolicy = {
  name: "preview-values-known",
  description:
    "Scripts, rules and the CTs' own settings are known at preview. Where one is not, the update judges it " +
    'before it is made ("scripts-judged-before-run").',
  enforcementLevel: "advisory",
  validateStack: (args, reportViolation) => {
    const unknown = args.resources.flatMap((resource) =>
      unknownInputs(resource).map((key) => `${JSON.stringify(resource.name)} (${key})`),
    );
    if (unknown.length === 0) return;
    const list = unknown.slice(0, 5).join(", ") + (unknown.length > 5 ? ", …" : "");
    reportViolation(
      `stack: ${unknown.length} values could not be judged, got unknown or secret ${list}; ` +
        "make them of configured values",
    );
  },
};

function unknownInputs({ type, props }: PolicyResource): string[] {
  const keys = READ.find(([is]) => is(type))?.[1] ?? [];
  const own = propsOf(props);
  const found = keys.filter((key) => hasUnknown(own[key]));
  // Where its volume will be is the provider's to say; its size is the program's.
  const size = isContainer(type) && asProps(own.disk).size === UNKNOWN ? ["disk.size"] : [];
  return [...found, ...size];
}

function hasUnknown(value: Plain): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}
