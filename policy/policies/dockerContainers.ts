import type { ResourceValidationPolicy } from "@pulumi/policy";
import { DOCKER_CONTAINER, mountsOf } from "../docker";
import { isSteering, mountTargetFaults, runFaults } from "../dockerRuns";
import {
  asList,
  asNumber,
  asProps,
  asText,
  propsOf,
  UNKNOWN,
  type Plain,
  type Props,
} from "../plain";

const DEFAULTS = {
  capabilities: ["NET_BIND_SERVICE"],
  hostPaths: ["/etc/homelab/web"],
  commands: [] as string[],
  variables: [] as string[],
  hardened: true,
};
type Config = Partial<typeof DEFAULTS>;

/** Arguments that open nothing; the others are judged below, or must not be given. */
const HARMLESS = new Set(
  (
    "attach containerReadRefreshTimeoutMilliseconds cpuPeriod cpuQuota cpuSet " +
    "destroyGraceSeconds domainname hostname image init labels logs " +
    "maxRetryCount memoryReservation name platform removeVolumes shmSize stdinOpen " +
    "tty wait waitTimeout ports publishAllPorts bridge containerLogs " +
    "exitCode networkDatas id"
  ).split(" "),
);
const NAMESPACES: Readonly<Record<string, string>> = {
  networkMode: "network",
  pidMode: "process",
  ipcMode: "IPC",
  usernsMode: "user",
  cgroupnsMode: "control group",
};

/** A container that is root of its CT is root of the Proxmox node, for the CT is privileged. */
export const dockerContainers: ResourceValidationPolicy = {
  name: "docker-container-confined",
  description:
    "Docker containers run as a user, on a read-only root, without capabilities, devices, foreign " +
    "networks and namespaces of the host, within a cap on memory, and see listed folders of their CT " +
    "only, without writing to them.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      capabilities: {
        type: "array",
        items: { type: "string" },
        default: DEFAULTS.capabilities,
        description: "Capabilities that a container may be given.",
      },
      hostPaths: {
        type: "array",
        items: { type: "string" },
        default: DEFAULTS.hostPaths,
        description: "Folders of the CT that a container may see, read-only, with what is in them.",
      },
      commands: {
        type: "array",
        items: { type: "string" },
        default: DEFAULTS.commands,
        description:
          "Commands and entrypoints, each as one text, that may run in place of the image's own.",
      },
      variables: {
        type: "array",
        items: { type: "string" },
        default: DEFAULTS.variables,
        description: "Variables that may steer a container in spite of their names.",
      },
      hardened: {
        type: "boolean",
        default: DEFAULTS.hardened,
        description:
          "Whether a container must have a user, a read-only root, no capabilities, no-new-privileges " +
          "and a cap on memory.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (args.type !== DOCKER_CONTAINER) return;
    const config = { ...DEFAULTS, ...args.getConfig<Config>() };
    const props = propsOf(args.props);
    const report = (wrong: string, got: Plain, remedy: string) =>
      reportViolation(
        `Docker container ${JSON.stringify(args.name)}: ${wrong}, got ${shownValue(got)}; ${remedy}`,
      );
    for (const [wrong, got, remedy] of [
      ...openings(props, config),
      ...mountFaults(props, config),
      ...mountTargetFaults(props),
      ...absences(props),
      ...(config.hardened ? softness(props) : []),
    ]) {
      report(wrong, got, remedy);
    }
  },
};

type Finding = [wrong: string, got: Plain, remedy: string];
const LEAST_MEMORY_MIB = 16;
const shownValue = (value: Plain) =>
  typeof value === "symbol" ? "a value that is not known" : (JSON.stringify(value) ?? "none");
const isSet = (value: Plain): boolean =>
  value !== undefined &&
  value !== null &&
  value !== UNKNOWN &&
  value !== false &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0) &&
  !(typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);

function* openings(props: Props, config: typeof DEFAULTS): Generator<Finding> {
  for (const [key, value] of Object.entries(props)) {
    if (HARMLESS.has(key) || !isSet(value) || key.startsWith("__")) continue;
    const namespace = NAMESPACES[key];
    if (namespace) {
      const mode = asText(value) ?? "";
      const isOwn = /^(bridge|default|none|private|shareable)$/.test(mode);
      if (!isOwn)
        yield [`shares a ${namespace} namespace that is not its own`, value, `take ${key} out`];
      continue;
    }
    switch (key) {
      case "privileged":
        yield ["is privileged", value, "take privileged out, capabilities can be given one by one"];
        break;
      case "capabilities":
        for (const capability of lists(value, "adds")) {
          if (config.capabilities.includes(capability.replace(/^CAP_/, ""))) continue;
          const allowed = config.capabilities.join(", ") || "none";
          yield ["is given a capability", capability, `allowed are ${allowed}`];
        }
        break;
      case "securityOpts":
        for (const option of asList(value)) {
          if (/^no-new-privileges([:=]true)?$/.test(asText(option) ?? "")) continue;
          yield ["has a security option that may take a guard away", option, "take it out"];
        }
        break;
      case "user":
        if (/^(root|0+)(:|$)|:(root|0+)$/.test(asText(value) ?? ""))
          yield ["runs as root, or in its group", value, "give another user"];
        break;
      case "groupAdds":
        for (const group of asList(value)) {
          if (!/^(root|0+|docker|disk|shadow|sudo|adm|kmem)$/.test(asText(group) ?? "")) continue;
          yield ["is in a group that may more than it should", group, "take it out"];
        }
        break;
      case "envs":
        for (const one of asList(value)) {
          const [name = ""] = (asText(one) ?? "").split("=");
          // The value may be a secret.
          if (isSteering(asText(one) ?? "") && !config.variables.includes(name))
            yield ["is steered, or made to trust anybody, by its environment", name, "take it out"];
        }
        break;
      case "memorySwap":
        if ((asNumber(value) ?? 0) < 0) yield ["may swap without a limit", value, "take it out"];
        if ((asNumber(value) ?? 0) > (asNumber(props.memory) ?? Infinity)) {
          yield ["may swap", value, "set memorySwap to the same as memory"];
        }
        break;
      case "rm":
      case "readOnly":
      case "mustRun":
      case "restart":
      case "start":
      case "memory":
      case "volumes":
      case "mounts":
        break;
      case "tmpfs":
        if (/(^|,)(exec|suid|dev)(,|$)/.test(Object.values(asProps(value)).map(String).join(","))) {
          yield ["may run what is in its memory", value, "take exec, suid and dev out of tmpfs"];
        }
        break;
      case "command":
      case "entrypoints":
      case "workingDir":
      case "healthcheck":
      case "stopSignal":
      case "stopTimeout":
      case "ulimits":
      case "logOpts":
      case "cpus":
      case "cpuShares":
        yield* runFaults(key, value, config.commands);
        break;
      case "logDriver":
        if (!/^(json-file|local|journald)$/.test(asText(value) ?? "")) {
          yield ["sends its log elsewhere", value, "use json-file or local"];
        }
        break;
      case "hosts":
      case "dns":
      case "dnsOpts":
      case "dnsSearches":
        yield ["resolves names in its own way", value, `take ${key} out`];
        break;
      case "runtime":
        if (value !== "runc") yield ["has another runtime", value, "take runtime out"];
        break;
      default:
        yield [`has an argument that cannot be judged, ${key}`, value, "take it out"];
    }
  }
}

function* mountFaults(props: Props, config: typeof DEFAULTS): Generator<Finding> {
  for (const { source, target, readOnly, isOther } of mountsOf(props)) {
    if (isOther) {
      yield [
        "takes a mount that cannot be judged",
        source ?? target ?? "",
        "mount a folder read-only",
      ];
      continue;
    }
    if (source === undefined) continue;
    const own = source.replace(/\/+$/, "");
    const isListed = config.hostPaths.some((path) => own === path || own.startsWith(`${path}/`));
    if (!isListed || /(^|\/)\.\.(\/|$)/.test(own)) {
      const allowed = config.hostPaths.join(", ") || "none";
      yield ["sees a folder of its CT that is not listed", source, `allowed are ${allowed}`];
    } else if (!readOnly)
      yield ["may write to a folder of its CT", source, "mount it with readOnly: true"];
  }
}

/** What publishes a port is a service: it comes back when it ends, and when its CT starts again. */
function* absences({ ports, restart, rm, mustRun, start }: Props): Generator<Finding> {
  if (!isSet(ports)) return;
  if (rm === true) yield ["is removed when it ends", rm, "take rm out"];
  if (restart !== UNKNOWN && !/^(always|unless-stopped)$/.test(asText(restart) ?? "")) {
    yield [
      "does not come back after a restart of its CT",
      restart,
      'set restart: "unless-stopped"',
    ];
  }
  for (const [key, value] of Object.entries({ mustRun, start })) {
    if (value === false) yield ["does not run", value, `take ${key} out`];
  }
}

/** Guards that a container is without. */
function* softness(props: Props): Generator<Finding> {
  const { user, readOnly, capabilities, securityOpts, memory } = props;
  if (!isSet(user) && user !== UNKNOWN)
    yield ["runs as the image's user, which may be root", user, "set user"];
  if (readOnly !== true && readOnly !== UNKNOWN) {
    yield ["may write to its root file system", readOnly, "set readOnly: true"];
  }
  if (
    capabilities !== UNKNOWN &&
    !lists(capabilities, "drops").some((one) => /^(CAP_)?ALL$/i.test(one))
  ) {
    yield [
      "keeps capabilities",
      lists(capabilities, "drops"),
      'set capabilities: { drops: ["ALL"] }',
    ];
  }
  const options = asList(securityOpts).map(String);
  if (
    securityOpts !== UNKNOWN &&
    !options.some((one) => /^no-new-privileges([:=]true)?$/.test(one))
  ) {
    yield ["may gain privileges", options, 'add "no-new-privileges" to securityOpts'];
  }
  if (memory !== UNKNOWN && (asNumber(memory) ?? 0) <= 0) {
    yield ["has no cap on memory", memory, "set memory, in MiB"];
  } else if (memory !== UNKNOWN && Number(memory) < LEAST_MEMORY_MIB) {
    yield ["has no room to run", memory, `give at least ${LEAST_MEMORY_MIB} MiB`];
  }
}

function lists(value: Plain, key: string): string[] {
  const sets: Plain[] = Array.isArray(value) ? value : [value];
  return sets.flatMap((set) => asList(asProps(set)[key])).flatMap((one) => asText(one) ?? []);
}
