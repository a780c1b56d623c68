import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import { labOf, SERVICE_SETTINGS, type ServiceConfig, servicePort } from "../labFacts";
import { parseRule, ruleText, sameRule, type FirewallRule } from "../script/iptables";

const CHAIN = "DOCKER-USER";

/** Docker publishes ports past the CT's own filter: what guards them is this one chain. */
export const appFirewall: StackValidationPolicy = {
  name: "app-docker-user-rules",
  description:
    "On each app node the chain DOCKER-USER accepts the service's port from the load balancer " +
    "and then drops it from anybody else, by the port the connection was first sent to.",
  enforcementLevel: "mandatory",
  configSchema: { properties: SERVICE_SETTINGS },
  validateStack: (args, reportViolation) => {
    const { resources } = args;
    const config = args.getConfig<ServiceConfig>();
    const lab = labOf(resources, config);
    const port = servicePort(config, lab);
    const sources = lab.addresses(lab.loadBalancers);
    if (sources.length === 0) return; // without a load balancer, or before its address is known
    const expected = rulesFor(sources, port);
    for (const app of lab.apps) {
      const { host, complete } = observe(app, resources);
      const rules = withoutFinalReturn(host.ipv4.chains.get(CHAIN) ?? []);
      if (rules.length === 0 && !complete) continue; // they may be in a script not known yet
      const fault = firstFault(rules, expected) ?? openIpv6(host.ipv6.chains.get(CHAIN) ?? []);
      if (fault) reportViolation(`${app.label}: ${fault}`, app.urn);
    }
  },
};

/** One ACCEPT for each address of the load balancer, then the DROP. */
function rulesFor(sources: string[], port: number): FirewallRule[] {
  const match = `-p tcp -m conntrack --ctstate NEW --ctorigdstport ${port}`;
  const texts = [...sources.map((source) => `${match} -s ${source} -j ACCEPT`), `${match} -j DROP`];
  return texts.map((text) => parseRule(text.split(" ")));
}

function firstFault(rules: FirewallRule[], expected: FirewallRule[]): string | undefined {
  const accepted = expected.slice(0, -1);
  for (const [i, wanted] of expected.entries()) {
    const rule = rules[i];
    // Which load balancer is named first makes no difference.
    const others = i < accepted.length ? accepted : [wanted];
    if (rule && others.some((one) => sameRule(rule, one))) continue;
    const got = rule ? `"${ruleText(rule)}"` : "none";
    return (
      `rule ${i + 1} of ${CHAIN} lets the wrong packets through, got ${got}; ` +
      `it must be "${ruleText(wanted)}", set by a command of the stack in this CT`
    );
  }
  const extra = rules.slice(expected.length).find(opens);
  if (!extra) return undefined;
  return (
    `${CHAIN} has a rule that lets packets through after the DROP, got "${ruleText(extra)}"; ` +
    "only rules that drop may follow, take it out"
  );
}

/** Rules behind the service's may close more, and tell of it; they may not open anything. */
function opens({ target, states, inInterface }: FirewallRule): boolean {
  if (["DROP", "REJECT", "NFLOG", "LOG"].includes(target ?? "")) return false;
  if (target === "RETURN" && /^(docker0|br-)/.test(inInterface ?? "")) return false;
  return !states?.every((state) => state === "ESTABLISHED" || state === "RELATED");
}

/** Sources are IPv4 addresses, so nothing is let in over IPv6. */
function openIpv6(rules: FirewallRule[]): string | undefined {
  const open = rules.find((rule) => rule.target === "ACCEPT");
  return open && `${CHAIN} is open over IPv6, got "${ruleText(open)}"; take the rule out`;
}

/** Docker ends the chain with a RETURN of its own, which decides nothing. */
function withoutFinalReturn(rules: FirewallRule[]): FirewallRule[] {
  const last = rules.at(-1);
  return last && ruleText(last) === "-j RETURN" ? rules.slice(0, -1) : rules;
}
