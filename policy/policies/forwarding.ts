import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import { labOf, SERVICE_SETTINGS, type ServiceConfig, servicePort } from "../labFacts";
import type { Firewall } from "../script/firewall";
import { verdict } from "../script/packets";

/** Somebody on the internet, and a neighbour over IPv6: addresses that no stack has. */
const STRANGERS = { ipv4: ["203.0.113.7"], ipv6: ["2001:db8::7", "fe80::7"] };
/** Stands for every port that no rule names. */
const ANY_PORT = 1;

/** Docker opens more than what DOCKER-USER names: routes to containers, and what is published later. */
export const forwarding: StackValidationPolicy = {
  name: "app-forwarding-closed",
  description:
    "App nodes forward no connection from outside but the service's, in a chain that Docker does " +
    "not touch: FORWARD of the mangle table drops the rest, over IPv4 and IPv6.",
  enforcementLevel: "mandatory",
  configSchema: { properties: SERVICE_SETTINGS },
  validateStack: (args, reportViolation) => {
    const config = args.getConfig<ServiceConfig>();
    const lab = labOf(args.resources, config);
    const own = servicePort(config, lab);
    for (const app of lab.apps) {
      const { host, complete } = observe(app, lab.resources);
      if (!complete) continue; // the rules may be in a script not known yet
      const interfaces = app.interfaces.map(({ name }) => name);
      const clients = lab.addresses(lab.loadBalancers);
      const known = lab.allKnown(lab.loadBalancers);
      const foreign = lab
        .addresses(lab.containers)
        .filter((one) => known && !clients.includes(one));
      const fault =
        faultOf(host.ipv4, "IPv4", {
          sources: STRANGERS.ipv4,
          ports: [own, ANY_PORT],
          interfaces,
        }) ??
        faultOf(host.ipv4, "IPv4", { sources: foreign, ports: [own, ANY_PORT], interfaces }) ??
        faultOf(host.ipv4, "IPv4", { sources: clients, ports: [ANY_PORT], interfaces }) ??
        faultOf(host.ipv6, "IPv6", { sources: STRANGERS.ipv6, ports: [own, ANY_PORT], interfaces });
      const shut = clients.find((source) => {
        const packet = { source, port: own, inInterface: interfaces[0] };
        return verdict(host.ipv4.table("mangle"), "FORWARD", packet) !== "ACCEPT";
      });
      const policy = [host.ipv4, host.ipv6].map((one) =>
        one.table("mangle").policies.get("FORWARD"),
      );
      if (!fault && policy.includes("ACCEPT")) {
        const what = "forwards everything whenever its rules are not there, got policy ACCEPT";
        reportViolation(`${app.label}: ${what}; make FORWARD of the mangle table DROP`, app.urn);
      }
      if (shut && !fault) {
        const what = `does not forward the service's port to a client, got no ACCEPT for ${shut}`;
        reportViolation(`${app.label}: ${what}; accept it in FORWARD of the mangle table`, app.urn);
      }
      if (fault) reportViolation(`${app.label}: ${fault}`, app.urn);
    }
  },
};

interface Probes {
  sources: string[];
  ports: number[];
  interfaces: string[];
}

function faultOf(firewall: Firewall, family: string, probes: Probes): string | undefined {
  for (const source of probes.sources) {
    for (const port of probes.ports) {
      for (const protocol of ["tcp", "udp"]) {
        for (const inInterface of probes.interfaces) {
          const packet = { source, port, protocol, inInterface };
          if (verdict(firewall.table("mangle"), "FORWARD", packet) === "DROP") continue;
          return (
            `forwards connections from outside over ${family}, got no DROP for ${port}/${protocol} ` +
            `from ${source} in FORWARD of the mangle table; accept the service's there and drop the rest`
          );
        }
      }
    }
  }
  return undefined;
}
