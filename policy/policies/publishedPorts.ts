import type { StackValidationPolicy } from "@pulumi/policy";
import { isInside, observe } from "../commands";
import { DOCKER_CONTAINER, publishedPorts as portsOf, type PublishedPort } from "../docker";
import { labOf, SERVICE_SETTINGS, type ServiceConfig, servicePort } from "../labFacts";
import { propsOf } from "../plain";
import type { Host } from "../script/shellEffects";

const CHAIN = "DOCKER-USER";

/** Docker opens what it publishes: each port needs the rule that closes it again. */
export const publishedPorts: StackValidationPolicy = {
  name: "app-published-port-guarded",
  description:
    "Containers on app nodes publish only fixed ports that a rule of DOCKER-USER drops for " +
    "others, and under the number that they have inside.",
  enforcementLevel: "mandatory",
  configSchema: { properties: SERVICE_SETTINGS },
  validateStack: (args, reportViolation) => {
    const config = args.getConfig<ServiceConfig>();
    const lab = labOf(args.resources, config);
    const { resources } = lab;
    const own = servicePort(config, lab);
    for (const app of lab.apps) {
      const { host, complete } = observe(app, resources);
      const containers = resources.filter(({ type }) => type === DOCKER_CONTAINER);
      for (const container of containers.filter((c) => isInside(c, app, resources))) {
        const report = (fault: string) =>
          reportViolation(
            `${app.label}: Docker container ${JSON.stringify(container.name)} ${fault}`,
            container.urn,
          );
        if (propsOf(container.props).publishAllPorts === true) {
          report("publishes all its ports, got publishAllPorts: true; list the ports");
        }
        for (const port of portsOf(container.props).filter(isReachable)) {
          const fault = faultOf(port, own, complete ? host : undefined);
          if (fault) report(fault);
        }
      }
    }
  },
};

function isReachable({ ip }: PublishedPort): boolean {
  return !/^127\.|^::1$|^\[::1\]$/.test(ip);
}

function faultOf(port: PublishedPort, own: number, host?: Host): string | undefined {
  const { external, internal, protocol } = port;
  if (external === undefined) {
    return `publishes port ${internal} under a number that Docker chooses, got none; give external`;
  }
  // By the container's own address a packet comes to the inner port, which no rule names.
  if (external !== internal) {
    return (
      `publishes a port under another number, got ${internal} as ${external}; ` +
      "make both equal, rules know a connection by the port it was first sent to"
    );
  }
  const isService = external === own && protocol === "tcp";
  if (isService || !host || isDropped(host, external, protocol)) return undefined;
  return (
    `publishes a port without a rule, got ${external}/${protocol}; add to ${CHAIN}: ` +
    `-p ${protocol} -m conntrack --ctstate NEW --ctorigdstport ${external} -j DROP`
  );
}

function isDropped(host: Host, external: number, protocol: string): boolean {
  return (host.ipv4.chains.get(CHAIN) ?? []).some((rule) => {
    if (rule.target !== "DROP" && rule.target !== "REJECT") return false;
    if (rule.source || rule.destination || rule.outInterface || rule.other.length) return false;
    if (rule.destinationPort || (rule.states && !rule.states.includes("NEW"))) return false;
    // A rule for the CT's network interface is met by all that comes from outside.
    if (rule.inInterface && !/^eth/.test(rule.inInterface)) return false;
    if (rule.protocol && rule.protocol !== protocol) return false;
    return rule.originalPort === undefined || rule.originalPort === String(external);
  });
}
