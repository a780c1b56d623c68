import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { belongsTo, observe } from "../commands";
import type { Container } from "../cts";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { asList, asNumber, asProps, asText, propsOf, UNKNOWN, type Props } from "../plain";
import type { FirewallRule } from "../script/iptables";
import { isWorld } from "../script/packets";

/** The dynamic resource that keeps a CT's rules in force, and puts them back where they are not. */
const FIREWALL_STATE = /(^|[:/])CtFirewallState$/;
const CHAINS = ["INPUT", "DOCKER-USER"];

/** What is kept in force is what the other policies have judged: the rules that the CT's scripts install. */
export const declaredFirewall: StackValidationPolicy = {
  name: "ct-firewall-as-installed",
  description: "The rules that are kept in force in a CT admit nobody but those its scripts admit.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const { containers, resources } = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const resource of resources) {
      if (!FIREWALL_STATE.test(resource.type)) continue;
      const container = containers.find((ct) => isFor(resource, ct, resources));
      const { host, complete } = container
        ? observe(container, resources)
        : { host: undefined, complete: false };
      if (!container || !host || !complete) continue;
      const installed = CHAINS.flatMap((name) => host.ipv4.chains.get(name) ?? []);
      const accepted = installed.filter(({ target }) => target === "ACCEPT");
      for (const { source, port, protocol } of admitted(propsOf(resource.props))) {
        if (accepted.some((rule) => isRuleFor(rule, source, port, protocol))) continue;
        reportViolation(
          `${container.label}: its firewall is kept open beyond what is installed, ` +
            `got ${protocol} port ${port} from ${source}; give both the same rules`,
          resource.urn,
        );
      }
    }
  },
};

function isFor(resource: PolicyResource, container: Container, all: PolicyResource[]): boolean {
  const { vmid } = propsOf(resource.props);
  if (vmid === UNKNOWN || container.vmid === undefined) return belongsTo(resource, container, all);
  return asNumber(vmid) === container.vmid;
}

interface Admitted {
  source: string;
  port: number;
  protocol: string;
}

/** Each declared way in, by source; what is not known yet is left out. */
function admitted({ rules }: Props): Admitted[] {
  return asList(asProps(rules).ingress).flatMap((ingress) => {
    const { sources, port, protocol } = asProps(ingress);
    return asList(sources).flatMap((source) => {
      const [from, number, over] = [asText(source), asNumber(port), asText(protocol)];
      if (from === undefined || number === undefined || over === undefined) return [];
      return [{ source: from, port: number, protocol: over }];
    });
  });
}

function isRuleFor(rule: FirewallRule, source: string, port: number, protocol: string): boolean {
  if (rule.protocol !== protocol) return false;
  if (![rule.destinationPort, rule.originalPort].includes(String(port))) return false;
  return isWorld(source) ? isWorld(rule.source) : rule.source === source.replace(/\/32$/, "");
}
