import type { ResourceValidationPolicy } from "@pulumi/policy";
import { COMMAND_TYPE } from "../commands";
import { asProps, asText, propsOf, UNKNOWN, type Plain } from "../plain";
import { parseHba } from "../script/pgHba";
import type { FirewallRule } from "../script/iptables";
import { admitsNew, isWorld } from "../script/packets";
import { Host } from "../script/shellEffects";
import { ANY } from "../script/values";
import { ruleText } from "../script/iptables";

/** Ports that a load balancer may open to everybody. */
const PUBLIC = /^(80|443|[89]\d{3}|80,443)$/;

/**
 * Stack policies speak at the end of a preview, and after the deed in an update. What a preview could not
 * know is known when its resource is about to be made, which this policy then refuses.
 */
export const beforeRun: ResourceValidationPolicy = {
  name: "scripts-judged-before-run",
  description:
    "No script is run that opens a firewall or a database to everybody, or that cannot be followed, also when " +
    "the preview could not know it.",
  enforcementLevel: "mandatory",
  validateResource: (args, reportViolation) => {
    if (args.type !== COMMAND_TYPE) return;
    const { create, update, stdin, connection } = propsOf(args.props);
    const input = stdin === undefined || stdin === null ? "" : (asText(stdin) ?? ANY);
    // Where it is not known which machine it is for, either will do.
    const machines =
      connection === UNKNOWN ? [false, true] : [asProps(connection).proxy === undefined];
    for (const one of new Set<Plain>([create, update])) {
      const text = asText(one);
      if (text === undefined) continue;
      const faults = machines.map((isNode) => {
        const host = new Host({ isNode });
        host.run(text, input);
        return faultOf(host);
      });
      const fault = faults.every((found) => found !== undefined) ? faults[0] : undefined;
      if (fault) reportViolation(`command ${JSON.stringify(args.name)}: ${fault}`);
    }
  },
};

function faultOf(host: Host): string | undefined {
  // What another script of the stack has written is not known here.
  const [fault] = host.faults.filter(
    ({ why }) => !/the program that it runs cannot be known/.test(why),
  );
  if (fault) {
    return `cannot be judged, for ${fault.why}, got ${JSON.stringify(fault.command)}; declare it as a resource`;
  }
  for (const firewall of [host.ipv4, host.ipv6]) {
    const open = firewall.chains.get("INPUT")?.find(isOpen);
    if (open)
      return `opens the firewall to everybody, got "${ruleText(open)}"; give the client's address`;
    if (firewall.table("filter").policies.get("INPUT") === "ACCEPT") {
      return "opens the firewall to everybody, got -P INPUT ACCEPT; take it out";
    }
  }
  const records = [...host.files]
    .filter(([path]) => /pg_hba\.conf$/.test(path))
    .flatMap(([, text]) => parseHba(text));
  const wide = records.find(({ type, address, method }) => {
    return (
      type !== "local" && method !== "reject" && (!/\/32$/.test(address) || method === "trust")
    );
  });
  return (
    wide &&
    `opens the database to others, got ${wide.type} ${wide.address} ${wide.method}; name one address`
  );
}

function isOpen(rule: FirewallRule): boolean {
  if (rule.target !== "ACCEPT" || !admitsNew(rule)) return false;
  return isWorld(rule.source) && !PUBLIC.test(rule.destinationPort ?? "");
}
