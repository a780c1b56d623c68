import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { DOCKER_CONTAINER, REMOTE_IMAGE } from "../docker";
import { isSteering } from "../dockerRuns";
import { asProps, asText, propsOf, UNKNOWN, type Plain, type Props } from "../plain";

const BUILT_IMAGE = "docker:index/image:Image";
const DIGEST = /@sha256:[0-9a-f]{64}$/;
const IMAGE_ID = /^(sha256:)?[0-9a-f]{64}$/;
interface Config {
  trusted?: string[];
}

/** A tag can mean something else tomorrow: what runs is built here, or known by its content. */
export const images: StackValidationPolicy = {
  name: "docker-image-pinned",
  description: "Docker images are built by the stack or named with their digest.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      trusted: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Images that may be used by tag, exactly as they are named.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const trusted = args.getConfig<Config>().trusted ?? [];
    const built = builtHere(args.resources);
    for (const { type, urn, name, props } of args.resources) {
      const { image, name: reference, build } = propsOf(props);
      const used =
        type === DOCKER_CONTAINER ? image : type === REMOTE_IMAGE ? reference : undefined;
      const text = asText(used);
      if (text === undefined || trusted.includes(text) || DIGEST.test(text)) continue;
      const fault = type === REMOTE_IMAGE ? buildFault(asProps(build)) : undefined;
      if (fault) reportViolation(`Docker image ${JSON.stringify(name)}: ${fault}`, urn);
      const isBuilt =
        type === REMOTE_IMAGE ? build !== undefined && build !== null : built.has(text);
      if (isBuilt || (type === DOCKER_CONTAINER && IMAGE_ID.test(text))) continue;
      reportViolation(
        `Docker ${type === REMOTE_IMAGE ? "image" : "container"} ${JSON.stringify(name)}: its image ` +
          `can change under its name, got ${JSON.stringify(text)}; build it in the stack or add its ` +
          "digest, name@sha256:…",
        urn,
      );
    }
  },
};

/** Arguments of a build that neither open it nor take what others have made. */
const BUILD = new Set(
  (
    "context dockerfile useLegacyBuilder tag tags label labels target noCache forceRemove remove pullParent " +
    "platform version buildArg buildArgs buildId memory memorySwap cpuSetCpus cpuSetMems cpuShares cpuPeriod " +
    "cpuQuota suppressOutput shmSize remoteContext networkMode"
  ).split(" "),
);
const isGiven = (value: Plain) =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== 0 &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0) &&
  !(typeof value === "object" && Object.keys(value).length === 0);

/** A build that takes what somebody else may change meanwhile, or more than a service's folder. */
function buildFault(build: Props): string | undefined {
  const { context, remoteContext, networkMode, dockerfile, buildArgs } = build;
  const strange = Object.entries(build).find(([key, value]) => !BUILD.has(key) && isGiven(value));
  if (strange && !strange[0].startsWith("__")) {
    return `is built in a way that cannot be judged, got ${strange[0]}; take it out`;
  }
  const folder = asText(context)?.replace(/\/+$/, "") ?? ".";
  if (/^(|~|\.\.|\/(etc|root|home|home\/[^/]+|var|usr|proc|sys|tmp|srv|opt))$/.test(folder)) {
    return `is built of more than a service's folder, got ${JSON.stringify(context)}; give that folder`;
  }
  const file = asText(dockerfile) ?? "";
  if (/^\/|(^|\/)\.\.(\/|$)/.test(file)) {
    return `is built by a file outside of its folder, got ${JSON.stringify(file)}; put it in the folder`;
  }
  const steering = Object.entries(asProps(buildArgs)).find(([name, value]) =>
    isSteering(`${name}=${asText(value) ?? ""}`),
  );
  if (steering) return `is built by way of others, got ${steering[0]}; take it out of buildArgs`;
  const places: Plain[] = [context, remoteContext];
  const from = places
    .flatMap((place) => asText(place) ?? [])
    .find((place) => /^[a-z+]+:\/\/|^git@/.test(place));
  if (from !== undefined) {
    return `is built of what somebody else may change, got ${JSON.stringify(from)}; build it of a folder of this machine`;
  }
  // The provider gives back an empty text where nothing was told.
  const network = asText(networkMode) || "default";
  if (/^(default|bridge|none)$/.test(network)) return undefined;
  return `is built in a network that is not its own, got ${JSON.stringify(network)}; take networkMode out`;
}

/** Names and ids of the images that the stack makes; a pulled one's id is its content's as well. */
function builtHere(resources: PolicyResource[]): Set<string> {
  const found = new Set<string>();
  for (const { type, props } of resources) {
    if (type !== REMOTE_IMAGE && type !== BUILT_IMAGE) continue;
    const { name, build, imageId, imageName, repoDigest } = propsOf(props);
    const own: Plain[] = build === undefined || build === UNKNOWN ? [] : [name, imageName];
    own.push(imageId, repoDigest);
    for (const value of own) {
      const text = asText(value);
      if (text) found.add(text);
    }
  }
  return found;
}
