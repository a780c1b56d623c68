import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { linesOf, says, type Section } from "../script/haproxy";

/** The stats page shows every address; with `stats admin` it switches targets off. */
export const lbStats: StackValidationPolicy = {
  name: "lb-stats-protected",
  description:
    "HAProxy's stats page asks for a user of a list, before anything else, on one address only; " +
    "its admin socket is no network port.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: async (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const { container, sections } of await settingsOf(lab)) {
      for (const section of sections ?? []) {
        const fault = socketFault(section) ?? usersFault(section) ?? pageFault(section);
        if (!fault) continue;
        const where = `${section.kind} ${section.name}`.trim();
        reportViolation(`${container.label}: ${where} ${fault}`, container.urn);
      }
    }
  },
};

function socketFault(section: Section): string | undefined {
  if (section.kind !== "global") return undefined;
  const open = linesOf(section, "stats", "socket").find(([, , address = ""]) => {
    return !/^(unix@|fd@)?\//.test(address);
  });
  return open && `opens the admin socket to the network, got ${open[2]}; use a path`;
}

/** Passwords have a file of their own, which is no part of the text that is shown to reviewers. */
function usersFault(section: Section): string | undefined {
  if (section.kind !== "userlist") return undefined;
  const user = linesOf(section, "user").find((words) =>
    words.some((word) => word.endsWith("password")),
  );
  return user && `has a password in the text, got user ${user[1]}; use a file of its own`;
}

function pageFault(section: Section): string | undefined {
  if (!/^(frontend|backend|listen)$/.test(section.kind)) return undefined;
  const shows = ["enable", "uri", "admin"].some((word) => says(section, "stats", word));
  const served = linesOf(section, "http-request", "use-service", "prometheus-exporter").length > 0;
  if (!shows && !served) return undefined;
  if (linesOf(section, "stats", "admin").length > 0) {
    return "lets its stats page change targets, got stats admin; take it out";
  }
  // A password beside "stats auth" is in the state, in the logs of a diff and in every review.
  if (says(section, "stats", "auth")) {
    return "has the password of its stats page in the text, got stats auth; use a userlist in a file of its own";
  }
  const rules = linesOf(section, "http-request").filter(([, action]) => action !== "set-header");
  const [, action, ...condition] = rules[0] ?? [];
  if (action !== "auth" && action !== "deny") {
    return "shows its stats page to everybody, got no http-request auth first; ask for a user";
  }
  const words = condition.join(" ");
  if (!/(^| )(unless \{ ?|if (!\{ ?|\{ ?!))http_auth\(\S+\) ?\}$/.test(words)) {
    return `asks for a user not always, got ${JSON.stringify(words)}; unless { http_auth(LIST) }`;
  }
  const wide = linesOf(section, "bind").find(([, address = ""]) => {
    return /^(\*|0\.0\.0\.0|ipv[46]@\*?|\[?::\]?)?:\d+/.test(address);
  });
  return wide && `shows its stats page on all addresses, got bind ${wide[1]}; name the address`;
}
