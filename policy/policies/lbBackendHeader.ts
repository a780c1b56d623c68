import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { linesOf, type Section } from "../script/haproxy";

const DEFAULT_HEADER = "X-Backend";
type Config = BridgesConfig & { header?: string };

/** The header is how anybody sees which target answered; tests and dashboards stand on it. */
export const lbBackendHeader: StackValidationPolicy = {
  name: "lb-backend-header",
  description: "Every answer of a target names it in the header X-Backend, set by HAProxy.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      privateBridges: PRIVATE_BRIDGES,
      header: { type: "string", default: DEFAULT_HEADER, description: "Name of the header." },
    },
  },
  validateStack: async (args, reportViolation) => {
    const config = args.getConfig<Config>();
    const header = config.header ?? DEFAULT_HEADER;
    const lab = labOf(args.resources, config);
    for (const { container, sections } of await settingsOf(lab)) {
      for (const section of (sections ?? []).filter(({ kind }) =>
        /^(backend|listen)$/.test(kind),
      )) {
        const got = wrongHeader(section, header);
        if (got === undefined) continue;
        reportViolation(
          `${container.label}: ${section.kind} ${section.name} does not name the target, got ` +
            `${got}; add: http-response set-header ${header} %s`,
          container.urn,
        );
      }
    }
  },
};

/** What stands in place of the rule; undefined when it is there. */
function wrongHeader(section: Section, header: string): string | undefined {
  if (linesOf(section, "server").length === 0) return undefined;
  // Over TCP there are no headers.
  const own = linesOf(section, "mode").at(-1) ?? section.defaults.findLast(([w]) => w === "mode");
  if (own?.[1] === "tcp") return undefined;
  const about = linesOf(section, "http-response").filter((words) => {
    return words[2]?.toLowerCase() === header.toLowerCase();
  });
  // Set, and not added: else a target could name another. The last rule decides.
  const last = about.at(-1);
  if (!last) return "no rule";
  const [, action, , value, ...condition] = last;
  const isRight = action === "set-header" && value === "%s" && condition.length === 0;
  return isRight ? undefined : JSON.stringify(last.join(" "));
}
