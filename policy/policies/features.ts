import type { StackValidationPolicy } from "@pulumi/policy";
import { isContainer, containerOf, type Container } from "../cts";
import { asList, asNumber, asText, propsOf, UNKNOWN, type Plain } from "../plain";

/** The dynamic resource that sets what Proxmox refuses to API tokens. */
const HOST_CONFIG = /(^|[:/])ContainerHostConfig$/;

const DEFAULTS = {
  unprivilegedFeatures: ["nesting"],
  privilegedFeatures: ["nesting", "keyctl", "fuse", "mknod"],
  // What Docker needs in a privileged CT, and the device of fuse-overlayfs.
  rawLines: [
    "lxc.apparmor.profile: unconfined",
    "lxc.cap.drop:",
    "lxc.cgroup2.devices.allow: a",
    "lxc.mount.auto: proc:rw sys:rw cgroup:rw:force",
    "lxc.mount.entry: /dev/fuse dev/fuse none bind,create=file 0 0",
  ],
  bindMounts: [] as string[],
};
type Config = Partial<typeof DEFAULTS>;

const list = (description: string, value: string[]) =>
  ({ type: "array", items: { type: "string" }, default: value, description }) as const;

/** Each feature and raw line opens the Proxmox node a little more: only those with a reason. */
export const features: StackValidationPolicy = {
  name: "ct-known-features",
  description:
    "CTs have only the listed features, raw LXC lines (privileged ones alone) and mounts of the " +
    "Proxmox node's folders.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      unprivilegedFeatures: list("Features of unprivileged CTs.", DEFAULTS.unprivilegedFeatures),
      privilegedFeatures: list("Features of privileged CTs.", DEFAULTS.privilegedFeatures),
      rawLines: list("Raw LXC lines of privileged CTs.", DEFAULTS.rawLines),
      bindMounts: list("Folders of the node that CTs may see.", DEFAULTS.bindMounts),
    },
  },
  validateStack: (args, reportViolation) => {
    const config = { ...DEFAULTS, ...args.getConfig<Config>() };
    for (const { type, urn, name, props } of args.resources) {
      if (!isContainer(type)) continue;
      const container = containerOf(urn, name, props);
      const own = propsOf(props);
      const host = args.resources
        .filter((resource) => HOST_CONFIG.test(resource.type))
        .map((resource) => propsOf(resource.props))
        .filter(({ vmid }) => vmid !== UNKNOWN && asNumber(vmid) === container.vmid);
      const given = {
        features: [...featureList(own.features), ...host.flatMap((h) => featureList(h.features))],
        rawLines: host.flatMap((h) => asList(h.rawLines)).map(asText),
        bindMounts: asList(own.mountPoints).map((point) => asText(propsOf(point).volume)),
      };
      for (const fault of faults(container, given, config)) {
        reportViolation(`${container.label}: ${fault}`, urn);
      }
    }
  },
};

interface Given {
  features: string[];
  rawLines: (string | undefined)[];
  bindMounts: (string | undefined)[];
}

function* faults(
  { unprivileged }: Container,
  given: Given,
  config: typeof DEFAULTS,
): Generator<string> {
  const kind = unprivileged === false ? "privileged" : "unprivileged";
  const known = config[`${kind}Features`];
  // While it is not known which kind it is, the wider list decides.
  const allowed = unprivileged === undefined ? config.privilegedFeatures : known;
  for (const feature of new Set(given.features)) {
    if (allowed.includes(feature.replace(/=.*/, ""))) continue;
    yield (
      `has a feature that ${kind} CTs must not have, got ${JSON.stringify(feature)}; allowed ` +
      `are ${allowed.join(", ") || "none"}`
    );
  }
  const lines = unprivileged === true ? [] : config.rawLines.map(normalLine);
  for (const line of given.rawLines) {
    if (line === undefined || lines.includes(normalLine(line))) continue;
    yield (
      `has a raw LXC line that ${kind} CTs must not have, got ${JSON.stringify(line)}; take it ` +
      "out, or list it in the policy's configuration"
    );
  }
  for (const volume of given.bindMounts) {
    if (!volume?.startsWith("/") || config.bindMounts.includes(volume)) continue;
    yield (
      `mounts a folder of the Proxmox node, got ${JSON.stringify(volume)}; use a volume of a ` +
      "storage"
    );
  }
}

/** Features that are on, of both forms: `keyctl=1,nesting=1` and `{ nesting: true }`. */
function featureList(value: Plain): string[] {
  if (typeof value === "string") {
    return value
      .split(",")
      .map((f) => f.trim().replace(/=1$/, ""))
      .filter((f) => f && !f.endsWith("=0"));
  }
  return Object.entries(propsOf(value)).flatMap(([name, setting]) => {
    if (name === "mounts") return asList(setting).map((mount) => `mount=${asText(mount) ?? ""}`);
    return setting === true ? [name] : [];
  });
}

/** LXC takes `key=value` and `key: value`, with any spaces. */
function normalLine(line: string): string {
  return line
    .trim()
    .replace(/^([a-z0-9_.]+)\s*[:=]\s*/, "$1: ")
    .trim();
}
