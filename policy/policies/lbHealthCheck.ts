import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { isFallback } from "../script/failOpen";
import { linesOf, says, type Section } from "../script/haproxy";

/** Without a check a target that is gone gets its share of requests all the same. */
export const lbHealthCheck: StackValidationPolicy = {
  name: "lb-health-check-enabled",
  description:
    "HAProxy checks every target, and over HTTP where it balances HTTP; targets without checks get " +
    "requests only while no checked one is healthy.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: async (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const { container, sections, complete } of await settingsOf(lab)) {
      const report = (fault: string) =>
        reportViolation(`${container.label}: ${fault}`, container.urn);
      if (!sections) {
        if (complete) report("no haproxy.cfg, got none; copy it as a text asset");
        continue;
      }
      for (const section of sections.filter(({ kind }) => /^(backend|listen)$/.test(kind))) {
        const fault = faultOf(section);
        if (fault && isFallback(section, sections, (other) => !faultOf(other))) continue;
        if (fault) report(`${section.kind} ${section.name} ${fault}`);
      }
    }
  },
};

function faultOf(section: Section): string | undefined {
  const servers = linesOf(section, "server");
  if (servers.length === 0) return undefined;
  const shared = [...section.defaults, ...section.lines].filter(([w]) => w === "default-server");
  for (const [, name = "", , ...options] of servers) {
    const words = [...shared.flat(), ...options];
    if (words.lastIndexOf("check") > words.lastIndexOf("no-check")) continue;
    return `does not check a target, got server ${name} without check; add check to default-server`;
  }
  const isHttp = says(section, "mode", "http") && !says(section, "mode", "tcp");
  if (!isHttp || says(section, "option", "httpchk")) return undefined;
  return "checks only that a port is open, got no option httpchk; add it, and http-check send";
}
