import type { CtFirewallRules } from "../../lib/security/ctFirewall";
import type { Inputs, Step } from "./steps";

/** What the security groups let in after a change and did not before, and the other way round. */
export interface ReachChange {
  /** `app1 to db: 5432/tcp`. */
  gained: string[];
  lost: string[];
}

const FIREWALL = /:CtFirewallState$/;

/** The difference of both models, from the rules that every CT's firewall declares. */
export function reachChange(steps: readonly Step[]): ReachChange {
  const firewalls = steps.filter(({ type }) => FIREWALL.test(type));
  const before = waysOf(firewalls.flatMap((step) => rulesOf(step.old)));
  const after = waysOf(
    firewalls.flatMap((step) => (step.change === "deleted" ? [] : rulesOf(step.new))),
  );
  return {
    gained: [...after].filter((way) => !before.has(way)).sort(),
    lost: [...before].filter((way) => !after.has(way)).sort(),
  };
}

function rulesOf(inputs: Inputs | undefined): CtFirewallRules[] {
  const rules = inputs?.rules as CtFirewallRules | undefined;
  return Array.isArray(rules?.ingress) && Array.isArray(rules.ports) ? [rules] : [];
}

/** Every way in, in words: who, to what, by which port and side. */
function waysOf(firewalls: readonly CtFirewallRules[]): Set<string> {
  const names = new Map<string, string>(
    firewalls.flatMap(({ member, ports }) =>
      ports.map(({ address }) => [`${address}/32`, member] as const),
    ),
  );
  return new Set(
    firewalls.flatMap(({ member, ingress }) =>
      ingress.flatMap(({ sources, port, protocol, on }) =>
        sources.map((source) => {
          const who =
            source === "0.0.0.0/0"
              ? "everybody"
              : (names.get(source) ?? source.replace(/\/32$/, ""));
          return `${who} to ${member}: ${port}/${protocol} on the ${on} side`;
        }),
      ),
    ),
  );
}
