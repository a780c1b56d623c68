import type { ResourceValidationPolicy } from "@pulumi/policy";
import { DOCKER_CONTAINER, hostPaths } from "../docker";
import { asList, asProps, asText, propsOf, type Plain, type Props } from "../plain";

const DEFAULT_CAPABILITIES = ["NET_BIND_SERVICE"];
/** Paths of the CT that make a container that can write to them root of the CT. */
const ENGINE_SOCKETS = [
  "/var/run/docker.sock",
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/var/lib/docker",
  "/etc",
];
const NAMESPACES = [
  ["networkMode", "network"],
  ["pidMode", "process"],
  ["ipcMode", "IPC"],
  ["usernsMode", "user"],
] as const;

interface Config {
  capabilities?: string[];
  hostPaths?: string[];
}

/** A container that is root of its CT is root of the Proxmox node, for the CT is privileged. */
export const dockerContainers: ResourceValidationPolicy = {
  name: "docker-container-confined",
  description:
    "No Docker container is privileged, uses the host's namespaces, sees Docker's socket or is " +
    "given capabilities beyond those listed.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      capabilities: {
        type: "array",
        items: { type: "string" },
        default: DEFAULT_CAPABILITIES,
        description: "Capabilities that a container may be given.",
      },
      hostPaths: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Paths that may be mounted though they hold Docker's socket or its data.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (args.type !== DOCKER_CONTAINER) return;
    const config = args.getConfig<Config>();
    const props = propsOf(args.props);
    const report = (wrong: string, got: unknown, remedy: string) =>
      reportViolation(
        `Docker container ${JSON.stringify(args.name)}: ${wrong}, ` +
          `got ${JSON.stringify(got)}; ${remedy}`,
      );
    if (props.privileged === true) {
      report("is privileged", true, "take privileged out, capabilities can be given one by one");
    }
    for (const [key, what] of NAMESPACES) {
      const mode = asText(props[key]) ?? "";
      if (!/^(host|container:.*)$/.test(mode)) continue;
      report(`shares the ${what} namespace`, mode, `take ${key} out`);
    }
    const free = config.hostPaths ?? [];
    const paths = hostPaths(args.props).filter((path) => !free.includes(path));
    for (const path of paths.filter(reachesEngine)) {
      report("can rule Docker through a mount", path, "mount a folder of the service's own");
    }
    const allowed = config.capabilities ?? DEFAULT_CAPABILITIES;
    for (const capability of addedCapabilities(props)) {
      if (allowed.includes(capability.replace(/^CAP_/, ""))) continue;
      report("is given a capability", capability, `allowed are ${allowed.join(", ") || "none"}`);
    }
  },
};

/** The path itself, a folder above it, or something inside Docker's own folders. */
function reachesEngine(path: string): boolean {
  const own = path.replace(/\/+$/, "");
  return ENGINE_SOCKETS.some((socket) => {
    if (socket === "/etc") return own === socket;
    return own === socket || socket.startsWith(`${own}/`) || own.startsWith(`${socket}/`);
  });
}

function addedCapabilities({ capabilities }: Props): string[] {
  const sets: Plain[] = Array.isArray(capabilities) ? capabilities : [capabilities];
  const added = sets.flatMap((set) => asList(asProps(set).adds)).map(asText);
  return added.filter((capability) => capability !== undefined);
}
