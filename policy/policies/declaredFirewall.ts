import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { belongsTo, observe } from "../commands";
import type { Container } from "../cts";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import { asList, asNumber, asProps, asText, propsOf, UNKNOWN, type Props } from "../plain";
import { ruleText, type FirewallRule } from "../script/iptables";
import { admitsNew, isWorld } from "../script/packets";

/** The dynamic resource that keeps a CT's rules in force, and puts them back where they are not. */
const FIREWALL_STATE = /(^|[:/])CtFirewallState$/;
const OWN_PROVIDER = /^pulumi-nodejs:dynamic\/homelab:/;
const CHAINS = ["INPUT", "DOCKER-USER"];

/** What is kept in force is what the other policies have judged: the rules that the CT's scripts install. */
export const declaredFirewall: StackValidationPolicy = {
  name: "ct-firewall-as-installed",
  description: "The rules that are kept in force in a CT admit nobody but those its scripts admit.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    const { containers, resources } = lab;
    for (const { label, urn } of withoutOne(lab)) {
      reportViolation(
        `${label}: nobody looks whether its rules are in force, got not one CtFirewallState; declare one, ` +
          "and one only",
        urn,
      );
    }
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
      const declared = admitted(propsOf(resource.props));
      const more =
        isKnown(resource) && accepted.find((rule) => isWayIn(rule) && !isDeclared(rule, declared));
      if (more) {
        reportViolation(
          `${container.label}: its scripts open more than what is kept in force, got "${ruleText(more)}"; ` +
            "give both the same rules",
          resource.urn,
        );
      }
    }
  },
};

const isKnown = ({ props }: PolicyResource) => propsOf(props).rules !== UNKNOWN;

/** Neither the CT's own loop nor answers to what it began itself. */
const isWayIn = (rule: FirewallRule) => admitsNew(rule) && rule.target === "ACCEPT";

const isDeclared = (rule: FirewallRule, ways: Admitted[]) =>
  ways.some(({ source, port, protocol }) => isRuleFor(rule, source, port, protocol));

/** In a program with this project's provider every CT is looked at, by exactly one resource. */
function withoutOne({ containers, resources, ...lab }: Lab): Container[] {
  if (!resources.some(({ type }) => OWN_PROVIDER.test(type))) return [];
  const states = resources.filter(({ type }) => FIREWALL_STATE.test(type));
  const judged = [...lab.loadBalancers, ...lab.apps, ...lab.databases];
  return containers.filter((ct) => {
    return judged.includes(ct) && states.filter((one) => isFor(one, ct, resources)).length !== 1;
  });
}

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
