import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { COMMAND_TYPE, isInside, needsOf, observe } from "../commands";
import type { Container } from "../cts";
import { DOCKER_CONTAINER } from "../docker";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import { asText, propsOf } from "../plain";
import { Host } from "../script/shellEffects";

const CHAIN = "DOCKER-USER";
const DOCKER_PACKAGES = new Set(["docker.io", "docker-ce", "moby-engine"]);

/** Between Docker's start and the rules' load a published port is open to everybody. */
export const firewallFirst: StackValidationPolicy = {
  name: "app-firewall-before-docker",
  description:
    "On each app node the rules of DOCKER-USER are loaded before Docker is installed or started, " +
    "and before a container runs; the resources depend on each other accordingly.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const app of lab.apps) {
      // Without any rules `app-docker-user-rules` speaks.
      if (!isFilled(observe(app, lab.resources).host)) continue;
      const own = lab.resources.filter((r) => isInside(r, app, lab.resources));
      for (const resource of own) {
        const got = startsUnguarded(resource, app, lab);
        if (!got) continue;
        reportViolation(
          `${app.label}: ${JSON.stringify(resource.name)} comes before the rules of ${CHAIN}, ` +
            `got ${got}; make it depend on the command that loads them (dependsOn)`,
          resource.urn,
        );
      }
    }
  },
};

/** What starts Docker or a container while the chain is empty; undefined when nothing does. */
function startsUnguarded(
  resource: PolicyResource,
  app: Container,
  { resources }: Lab,
): string | undefined {
  const isContainer = resource.type === DOCKER_CONTAINER;
  if (!isContainer && resource.type !== COMMAND_TYPE) return undefined;
  let found: string | undefined;
  const host: Host = new Host((words) => {
    if (startsDocker(words) && !isFilled(host)) found ??= "Docker without them";
  });
  const before = needsOf(resource, resources).filter(({ type }) => type === COMMAND_TYPE);
  for (const command of before.filter((r) => isInside(r, app, resources))) {
    const script = asText(propsOf(command.props).create);
    if (script === undefined) return undefined; // they may be in a script not known yet
    host.run(script);
  }
  found = undefined; // what comes before is judged by itself
  if (isContainer) return isFilled(host) ? undefined : "a container without them";
  host.run(asText(propsOf(resource.props).create) ?? "");
  return found;
}

function isFilled(host: Host): boolean {
  return (host.ipv4.chains.get(CHAIN) ?? []).length > 0;
}

/** Debian starts Docker when it is installed; package names may stand in a loop's list. */
function startsDocker([program = "", ...args]: string[]): boolean {
  if (program === "dockerd") return true;
  if (/^(apt|apt-get|for)$/.test(program)) return args.some((arg) => DOCKER_PACKAGES.has(arg));
  const units = args.filter((arg) => /^docker(\.service|\.socket)?$/.test(arg));
  if (program === "service") return units.length > 0;
  return program === "systemctl" && units.length > 0 && /^(re)?start$|^enable$/.test(args[0] ?? "");
}
