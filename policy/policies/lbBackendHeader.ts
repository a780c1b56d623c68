import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { isInside } from "../commands";
import { namesakeOf, type Container } from "../cts";
import { DOCKER_CONTAINER } from "../docker";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import { asList, asText, propsOf } from "../plain";
import { linesOf, type Section } from "../script/haproxy";

const DEFAULT_HEADER = "X-Backend";
type Config = BridgesConfig & { header?: string };

/** The header is how anybody sees which target answered; tests and dashboards stand on it. */
export const lbBackendHeader: StackValidationPolicy = {
  name: "lb-backend-header",
  description:
    "Every answer of a target names it in the header X-Backend, set by HAProxy; servers and services have " +
    "the names of their CTs.",
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
        if (got !== undefined) {
          reportViolation(
            `${container.label}: ${section.kind} ${section.name} does not name the target, got ` +
              `${got}; add: http-response set-header ${header} %s`,
            container.urn,
          );
        }
        const wrong = wrongName(section, lab);
        if (wrong)
          reportViolation(
            `${container.label}: ${section.kind} ${section.name} ${wrong}`,
            container.urn,
          );
      }
      for (const section of (sections ?? []).filter(({ kind }) => kind === "frontend")) {
        const line = rulesAbout(section, header)[0];
        if (!line) continue;
        reportViolation(
          `${container.label}: frontend ${section.name} hides which target has answered, got ` +
            `${JSON.stringify(line.join(" "))}; take it out`,
          container.urn,
        );
      }
    }
    for (const [resource, fault] of servicesNames(lab)) reportViolation(fault, resource.urn);
  },
};

/** Rules that set the header, or take it away. */
const rulesAbout = ({ lines }: Section, header: string) =>
  lines.filter(([word, action, name]) => {
    if (!/^http-(after-)?response$/.test(word ?? "") || name === undefined) return false;
    return /-(header|headers|value)$/.test(action ?? "") && isNamed(name, header);
  });

/** `del-header` may match by a part of the name; whatever could mean the header does. */
const isNamed = (name: string, header: string) => name.toLowerCase() === header.toLowerCase();

/** A server with another name than its CT's: the header says it, and so do the log and the stats page. */
function wrongName(section: Section, lab: Lab): string | undefined {
  for (const [, name = "", address = ""] of linesOf(section, "server")) {
    // Where two have one name or address, other policies speak of it.
    const isTwice = linesOf(section, "server").filter((line) => line[2] === address).length > 1;
    if (isTwice) continue;
    const host = address.split(":")[0] ?? "";
    const app = lab.apps.find((ct) => lab.addresses([ct]).includes(host));
    if (!app || !isUnique(app, lab) || app.hostname === name) continue;
    return `names another target than it asks, got server ${name} for ${app.label}; name it ${app.hostname}`;
  }
  return undefined;
}

const isUnique = (app: Container, { apps, containers }: Lab) =>
  app.hostname !== undefined &&
  !namesakeOf(app, containers) &&
  apps.every((other) => {
    if (other === app) return true;
    const places = other.interfaces.map(({ address }) => address);
    return (
      other.hostname !== app.hostname &&
      !app.interfaces.some(({ address }) => places.includes(address))
    );
  });

/** A service is told the name of its own node, which it shows. */
function* servicesNames(lab: Lab): Generator<[PolicyResource, string]> {
  const { apps, resources } = lab;
  for (const resource of resources.filter(({ type }) => type === DOCKER_CONTAINER)) {
    const app = apps.find((ct) => isInside(resource, ct, resources));
    const told = asList(propsOf(resource.props).envs).flatMap((one) => {
      const name = /^NODE_NAME=(.*)$/.exec(asText(one) ?? "")?.[1];
      return name === undefined ? [] : [name];
    });
    if (!app || !isUnique(app, lab)) continue;
    const other = told.find((name) => name !== app.hostname);
    if (other === undefined) continue;
    yield [
      resource,
      `Docker container ${JSON.stringify(resource.name)}: shows another node's name, got NODE_NAME=${other} in ` +
        `${app.label}; say ${app.hostname}`,
    ];
  }
}

/** What stands in place of the rule; undefined when it is there. */
function wrongHeader(section: Section, header: string): string | undefined {
  if (linesOf(section, "server").length === 0) return undefined;
  // Over TCP there are no headers.
  const own = linesOf(section, "mode").at(-1) ?? section.defaults.findLast(([w]) => w === "mode");
  if (own?.[1] === "tcp") return undefined;
  const about = rulesAbout(section, header);
  // Set, and not added: else a target could name another. The last rule decides.
  const last = about.at(-1);
  if (!last) return "no rule";
  const [word, action, , value, ...condition] = last;
  const isRight =
    word === "http-response" && action === "set-header" && value === "%s" && condition.length === 0;
  return isRight ? undefined : JSON.stringify(last.join(" "));
}
