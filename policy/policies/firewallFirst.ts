import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { COMMAND_TYPE, isInside, needsOf, observe } from "../commands";
import type { Container } from "../cts";
import { DOCKER_CONTAINER } from "../docker";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import { asText, propsOf } from "../plain";
import { Host } from "../script/shellEffects";

interface Service {
  name: string;
  /** The chain that guards it. */
  chain: string;
  /** Packages whose installation starts it. */
  packages: RegExp;
  units: RegExp;
}
const DOCKER: Service = {
  name: "Docker",
  chain: "DOCKER-USER",
  packages: /^(docker\.io|docker-ce|moby-engine)(=.*)?$/,
  units: /^docker(\.service|\.socket)?$/,
};
const POSTGRES: Service = {
  name: "PostgreSQL",
  chain: "INPUT",
  packages: /^postgresql(-\d+)?(=.*)?$/,
  units: /^postgresql(@.*)?(\.service)?$/,
};
const HAPROXY: Service = {
  name: "HAProxy",
  chain: "INPUT",
  packages: /^haproxy(=.*)?$/,
  units: /^haproxy(\.service)?$/,
};

/** Between a service's start and the rules' load it is open to everybody. */
export const firewallFirst: StackValidationPolicy = {
  name: "app-firewall-before-docker",
  description:
    "In each CT the rules are loaded before its service is installed or started, on app nodes those of " +
    "DOCKER-USER before Docker and before a container runs; the resources depend on each other accordingly.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    const judged: [Service, Container[]][] = [
      [DOCKER, lab.apps],
      [POSTGRES, lab.databases],
      [HAPROXY, lab.loadBalancers],
    ];
    for (const [service, containers] of judged) {
      for (const container of containers) {
        for (const [resource, got] of early(container, service, lab)) {
          reportViolation(
            `${container.label}: ${JSON.stringify(resource.name)} comes before the rules of ` +
              `${service.chain}, got ${got}; make it depend on the command that loads them (dependsOn)`,
            resource.urn,
          );
        }
      }
    }
  },
};

/** What starts the service or a container while the chain is empty. */
function* early(
  container: Container,
  service: Service,
  { resources }: Lab,
): Generator<[resource: PolicyResource, got: string]> {
  // Without any rules the policies on those speak.
  if (!isFilled(observe(container, resources).host, service)) return;
  const own = resources.filter((one) => isInside(one, container, resources));
  const loads = (one: PolicyResource) =>
    one.type === COMMAND_TYPE && own.includes(one) && alone(one, service).fills;
  for (const resource of own) {
    const isContainer = resource.type === DOCKER_CONTAINER;
    if (!isContainer && resource.type !== COMMAND_TYPE) continue;
    if (!isContainer && !alone(resource, service).starts) continue;
    const needs = needsOf(resource, resources);
    // They may be in a script that is not known yet.
    const isUnknown = (one: PolicyResource) =>
      one.type === COMMAND_TYPE && asText(propsOf(one.props).create) === undefined;
    if (needs.some(loads) || needs.filter((one) => own.includes(one)).some(isUnknown)) continue;
    yield [resource, isContainer ? "a container without them" : `${service.name} without them`];
  }
}

interface Alone {
  /** The script leaves rules in the chain. */
  fills: boolean;
  /** It starts the service while there are none. */
  starts: boolean;
}
const known = new Map<string, Alone>();

/** What a script does when it is the first one in its CT. */
function alone({ props }: PolicyResource, service: Service): Alone {
  const script = asText(propsOf(props).create) ?? "";
  const key = `${service.name}\n${script}`;
  const kept = known.get(key);
  if (kept) return kept;
  let starts = false;
  const host: Host = new Host({
    watch: (words) => {
      if (isStart(words, service) && !isFilled(host, service)) starts = true;
    },
  });
  host.run(script, "");
  const result = { fills: isFilled(host, service), starts };
  if (known.size > 200) known.clear();
  known.set(key, result);
  return result;
}

function isFilled(host: Host, { chain }: Service): boolean {
  return (host.ipv4.chains.get(chain) ?? []).length > 0;
}

/** Debian starts a server when it is installed; package names may stand in the list that is worked off. */
function isStart([program = "", ...args]: string[], { packages, units }: Service): boolean {
  if (program === "dockerd" && packages.test("docker.io")) return true;
  if (/^(apt|apt-get|dpkg-query)$/.test(program)) return args.some((arg) => packages.test(arg));
  if (program === "service") return args.some((arg) => units.test(arg));
  if (program !== "systemctl" || !args.some((arg) => units.test(arg))) return false;
  return args.some((arg) => /^((re)?start|enable)$/.test(arg));
}
