import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { containersOf, isContainer, isOtherGuest } from "../cts";
import { isInside } from "../commands";
import { DOCKER_CONTAINER } from "../docker";
import { ROLE_TAGS } from "../network";
import { propsOf } from "../plain";

/** Providers whose resources can reach a guest, a node or a container engine. */
const PACKAGES =
  /^(proxmox[^:]*|pve[^:]*|docker[^:]*|command|pulumi-nodejs|pulumi-python|ansible|null|ssh[^:]*|remote|libvirt|lxd|incus|kubernetes|terraform[^:]*|local):/;
/** Types that policies read, or that open nothing. */
const JUDGED: readonly RegExp[] = [
  /^proxmoxve:network\/linux\/bridge(Legacy)?:|^proxmoxve:Network\/networkBridge:/,
  /^proxmoxve:firewall\/(rules|options)Legacy:|^proxmoxve:Network\/firewall(Rules|Options):/,
  /^proxmoxve:(index|download|oci|pool|Pool|Download)\/(poolLegacy|pool|membership|membershipLegacy|file|fileLegacy|image|imageLegacy):/,
  /^command:remote:(Command|CopyToRemote|CopyFile)$|^command:local:Command$/,
  /^docker:index\/(container:Container|remoteImage:RemoteImage|image:Image|registryImage:RegistryImage|tag:Tag)$/,
];
/** Dynamic resources of this project's own provider, which policies read or which only look. */
const OWN =
  /^pulumi-nodejs:dynamic\/homelab:(ContainerHostConfig|CtFirewallState|GeneratedSecret|OpenEgress|PowerState|Preflight|ReadinessGate|TargetAttachment|TargetDrain)$/;

/** Machines, and ways to them, of any other provider; components have no folder in their type. */
const MACHINE =
  /^(?!proxmox|pulumi)[\w-]+:[\w.-]+\/[\w.-]+:\w*(vm|machine|instance|server|droplet|container|pod|deployment|job|function|tunnel|guest|lxc|qemu|cluster|nodepool|taskdefinition)$|^[\w-]+-native:[\w.-]+:\w*(machine|instance|cluster|function|container\w*)$/i;

interface Config {
  types?: string[];
}

/** Silence of a policy means "judged and well" only for what the pack reads. */
export const stackJudged: StackValidationPolicy = {
  name: "stack-judged",
  description:
    "Everything in the stack that can reach a guest, a node or a container engine is of a type that the " +
    "pack reads, every CT plays a part that it knows, and there is something to judge.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      types: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Types of resources that somebody has judged by other means.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const { types = [] } = args.getConfig<Config>();
    const { resources } = args;
    const containers = containersOf(resources);
    for (const resource of resources) {
      const { type, name, urn } = resource;
      if (types.includes(type) || isJudged(resource)) continue;
      const what = isOtherGuest(type) ? "guest" : "resource";
      reportViolation(
        `${what} ${JSON.stringify(name)}: cannot be judged, got type ${type}; use one that the pack reads, ` +
          "or list the type in the policy's configuration",
        urn,
      );
    }
    for (const resource of resources.filter(({ type }) => type === DOCKER_CONTAINER)) {
      if (containers.length === 0 || containers.some((ct) => isInside(resource, ct, resources))) {
        continue;
      }
      reportViolation(
        `Docker container ${JSON.stringify(resource.name)}: cannot be judged, got an engine that is in no CT of the ` +
          "stack; run it in one, with ssh:// and its address as the provider's host",
        resource.urn,
      );
    }
    for (const { label, tags, urn } of containers) {
      if (Object.values<string>(ROLE_TAGS).some((tag) => tags.includes(tag))) continue;
      reportViolation(
        `${label}: cannot be judged, got tags ${tags.join(", ") || "none"}; add ` +
          `${Object.values(ROLE_TAGS).join(", ")} or what "ct-tagged" is told`,
        urn,
      );
    }
    // Nothing but the stack itself, as after `destroy`, needs no judgement.
    const custom = resources.filter(({ type }) => !/^pulumi:|:components?:/.test(type));
    if (custom.length > 0 && containers.length === 0) {
      reportViolation(
        `stack: nothing in it is judged, got ${custom.length} resources and no CT that the pack reads; ` +
          'disable "stack-judged" where that is meant',
      );
    }
  },
};

function isJudged({ type, props }: PolicyResource): boolean {
  // What the node runs for a guest; nobody reads it.
  if (/^proxmoxve:/.test(type) && propsOf(props).contentType === "snippets") return false;
  if (isContainer(type) || type.startsWith("pulumi:")) return true;
  if (isOtherGuest(type)) return false;
  if (OWN.test(type)) return true;
  if (MACHINE.test(type) && !PACKAGES.test(type)) return false;
  if (type.startsWith("pulumi-")) return !reachesOut(props);
  return !PACKAGES.test(type) || JUDGED.some((known) => known.test(type));
}

/** True for a dynamic resource that is given a way onto a machine, or whose code nobody knows. */
function reachesOut(props: unknown): boolean {
  const text = JSON.stringify(propsOf(props), (key, value: unknown) =>
    key === "__provider" ? undefined : typeof value === "symbol" ? "?" : value,
  );
  return /"(host|hostname|endpoint|address|node|connection|privateKey|ssh\w*|url|via|script|command|create|exec)":/i.test(
    text,
  );
}
