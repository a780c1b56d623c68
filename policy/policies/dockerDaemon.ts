import type { StackValidationPolicy } from "@pulumi/policy";
import { faultsOf, observe } from "../commands";
import type { Container } from "../cts";
import { serviceFault } from "../serviceUnits";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";

const FILE = "/etc/docker/daemon.json";
type Check = (value: unknown) => boolean;
const any: Check = () => true;
const is =
  (wanted: unknown): Check =>
  (value) =>
    value === wanted;

/** Settings that open nothing, with the values they may have. */
const KNOWN: Readonly<Record<string, Check>> = {
  "storage-driver": any,
  "storage-opts": any,
  "userland-proxy": is(false),
  bip: (value) => /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)[\d.]+\/\d+$/.test(String(value)),
  mtu: (value) => typeof value === "number",
  "log-driver": (value) => /^(json-file|local|journald)$/.test(String(value)),
  "log-opts": any,
  "log-level": any,
  "live-restore": any,
  iptables: is(true),
  ip6tables: is(true),
  ipv6: is(false),
  icc: is(false),
  "ip-forward": any,
  "no-new-privileges": is(true),
  "default-ulimits": any,
  "max-concurrent-downloads": any,
  "max-concurrent-uploads": any,
  "default-address-pools": any,
  debug: is(false),
  "shutdown-timeout": any,
  "data-root": is("/var/lib/docker"),
  "exec-opts": any,
  "default-shm-size": any,
};

/** A Docker that listens on the network, or leaves the rules alone, is open whatever they say. */
export const dockerDaemon: StackValidationPolicy = {
  name: "docker-daemon-closed",
  description:
    "Docker on app nodes listens on no network, uses iptables and no userland proxy, and scripts run " +
    "no containers beside those that are declared.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const container of lab.containers) {
      for (const fault of faults(container, lab)) {
        reportViolation(`${container.label}: ${fault}`, container.urn);
      }
    }
  },
};

function faults(container: Container, lab: Lab): string[] {
  const observed = observe(container, lab.resources);
  const found = faultsOf(observed, "docker");
  const down = serviceFault(observed.host, /^(docker|containerd)\.service$/);
  if (down && lab.apps.includes(container)) found.push(down);
  const options = observed.host.files.get("/etc/default/docker") ?? "";
  if (/^\s*[^#\s]/m.test(options)) {
    found.push(
      "Docker has options beside its settings, got lines in /etc/default/docker; use daemon.json",
    );
  }
  const text = observed.host.files.get(FILE);
  if (text === undefined) {
    const isApp = lab.apps.includes(container);
    const installs = isApp && observed.host.machine.units.has("active docker.service");
    if (!installs || !observed.complete || found.length > 0) return found;
    return [
      "Docker has a userland proxy, which rules do not meet, got no daemon.json; write one with userland-proxy: false",
    ];
  }
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch {
    return [
      ...found,
      `Docker's settings cannot be judged, got no JSON in ${FILE}; write valid JSON`,
    ];
  }
  if (typeof settings !== "object" || settings === null) return found;
  for (const [key, value] of Object.entries(settings)) {
    if (KNOWN[key]?.(value)) continue;
    found.push(
      `Docker has a setting that may open it, got ${JSON.stringify(key)}: ${JSON.stringify(value)}; take it out`,
    );
  }
  if (!("userland-proxy" in settings)) {
    found.push(
      "Docker has a userland proxy, which rules do not meet, got none in daemon.json; set userland-proxy: false",
    );
  }
  return found;
}
