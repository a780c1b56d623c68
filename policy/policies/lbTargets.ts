import type { StackValidationPolicy } from "@pulumi/policy";
import type { Container } from "../cts";
import { settingsOf } from "../haproxy";
import { labOf, SERVICE_SETTINGS, servicePort, type Lab, type ServiceConfig } from "../labFacts";
import { linesOf, says, type Section } from "../script/haproxy";
import { strangeServerWord } from "../script/haproxyWords";

/** Options of a server that let its check look at something else than the server. */
const ELSEWHERE = new Set([
  "addr",
  "port",
  "agent-check",
  "agent-addr",
  "agent-port",
  "track",
  "check-proto",
]);

/** Requests go to the stack's app nodes, and nowhere else. */
export const lbTargets: StackValidationPolicy = {
  name: "lb-targets-app-nodes",
  description:
    "Every server of HAProxy is an app node of this stack, on the service's port; over TCP it may be " +
    "another CT of the stack. What is checked is the server itself.",
  enforcementLevel: "mandatory",
  configSchema: { properties: SERVICE_SETTINGS },
  validateStack: async (args, reportViolation) => {
    const config = args.getConfig<ServiceConfig>();
    const lab = labOf(args.resources, config);
    const port = servicePort(config, lab);
    const settings = await settingsOf(lab);
    for (const { container, sections = [] } of settings) {
      for (const section of sections.filter(({ kind }) => /^(backend|listen)$/.test(kind))) {
        const fault = faultOf(section, lab, port);
        if (!fault) continue;
        const where = `${section.kind} ${section.name}`.trim();
        reportViolation(`${container.label}: ${where} ${fault}`, container.urn);
      }
    }
    // A load balancer may have some of them only; none of a text that is not known yet.
    const all = settings.map(({ sections }) => sections);
    const known = all.every((one) => one !== undefined) ? all.flat() : [];
    for (const app of forgotten(known, lab)) {
      reportViolation(
        `${app.label}: gets no requests, got no server with its address in haproxy.cfg; make it a target`,
        app.urn,
      );
    }
  },
};

function faultOf(section: Section, lab: Lab, port: number): string | undefined {
  for (const word of ["server-template", "dispatch", "transparent"]) {
    const [line] = linesOf(section, word);
    if (line)
      return `has servers that cannot be judged, got ${line.join(" ")}; name each with its address`;
  }
  const strange = strangeServerWord(section);
  if (strange) {
    return `reaches a target in a way that cannot be judged, got ${strange.word} in ${JSON.stringify(strange.line)}; take it out`;
  }
  const places = linesOf(section, "server").map(([, , address = ""]) => address);
  const twice = places.find((address, i) => places.indexOf(address) !== i);
  const own = lab.addresses(lab.apps);
  if (twice && new Set(own).size === own.length)
    return `gives one target two shares, got ${twice} twice; name each once`;
  const isTcp = says(section, "mode", "tcp");
  const shared = [...section.defaults, ...section.lines].filter(
    ([word]) => word === "default-server",
  );
  for (const [, name = "", address = "", ...options] of linesOf(section, "server")) {
    const words = [...shared.flat(), ...options];
    const other = words.find((word) => ELSEWHERE.has(word));
    if (other) return `checks something else than server ${name}, got ${other}; take it out`;
    if (words.includes("backup")) {
      return `gives server ${name} no requests while others serve, got backup; take it out`;
    }
    if (words[words.lastIndexOf("weight") + 1] === "0" && words.includes("weight")) {
      return `gives server ${name} no requests, got weight 0; take it out`;
    }
    if (/verify none/.test(words.join(" "))) {
      return `trusts any certificate of server ${name}, got verify none; use verify required`;
    }
    const [host = "", own = ""] = address.split(":");
    const apps = lab.addresses(lab.apps);
    if (apps.includes(host) && (own === String(port) || isTcp)) continue;
    if (isTcp && lab.addresses(lab.containers).includes(host)) continue;
    if (!lab.allKnown(isTcp ? lab.containers : lab.apps)) continue;
    const list = apps.map((one) => `${one}:${port}`).join(", ") || "none";
    return `sends requests to others than the app nodes, got server ${name} ${address}; allowed are ${list}`;
  }
  return undefined;
}

/** App nodes that no server is; none while a text or an address is not known. */
function forgotten(sections: Section[], lab: Lab): Container[] {
  const hosts = sections.flatMap((section) =>
    linesOf(section, "server").map(([, , address = ""]) => address.split(":")[0] ?? ""),
  );
  if (hosts.length === 0 || !lab.allKnown(lab.apps)) return [];
  return lab.apps.filter((app) => !lab.addresses([app]).some((address) => hosts.includes(address)));
}
