import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { isInside } from "../commands";
import { DOCKER_CONTAINER, mountsOf, publishedPorts } from "../docker";
import { labOf, type Lab } from "../labFacts";
import { PORT_SETTINGS, portsOf, type PortsConfig } from "../labPorts";
import { asList, asText, propsOf, UNKNOWN } from "../plain";

/** The database's own roles, which may everything. */
const SUPERUSERS = /^(postgres|root|admin)$/;

/** A service that speaks with another database gives it the visits, and the password. */
export const serviceConnected: StackValidationPolicy = {
  name: "app-service-connected",
  description:
    "What a service on an app node is told by its environment is so: it listens on the port that is published, " +
    "and knows the stack's own database, by address, certificate and a role of its own.",
  enforcementLevel: "mandatory",
  configSchema: { properties: PORT_SETTINGS },
  validateStack: async (args, reportViolation) => {
    const config = args.getConfig<PortsConfig>();
    const lab = labOf(args.resources, config);
    const { database } = await portsOf(lab, config);
    for (const resource of lab.resources.filter(({ type }) => type === DOCKER_CONTAINER)) {
      const app = lab.apps.find((ct) => isInside(resource, ct, lab.resources));
      const fault = app && faultOf(resource, lab, database);
      if (!fault) continue;
      reportViolation(`Docker container ${JSON.stringify(resource.name)}: ${fault}`, resource.urn);
    }
  },
};

function faultOf(resource: PolicyResource, lab: Lab, databasePort: number): string | undefined {
  const { envs } = propsOf(resource.props);
  if (envs === UNKNOWN || asList(envs).includes(UNKNOWN)) return undefined;
  const told = new Map(
    asList(envs).map((one): [string, string] => {
      const [name = "", ...value] = (asText(one) ?? "").split("=");
      return [name, value.join("=")];
    }),
  );
  const published = publishedPorts(resource.props).flatMap(({ internal }) => internal ?? []);
  const port = told.get("PORT");
  if (port !== undefined && published.length > 0 && !published.map(String).includes(port)) {
    return `listens on another port than it publishes, got PORT=${port}; say ${published.join(" or ")}`;
  }
  return databaseFault(told, lab, databasePort) ?? fileFault(told, resource);
}

function databaseFault(told: Map<string, string>, lab: Lab, port: number): string | undefined {
  const host = told.get("PGHOST");
  if (host === undefined || lab.databases.length === 0) return undefined;
  const own = lab.addresses(lab.databases);
  if (lab.allKnown(lab.databases) && !own.includes(host)) {
    return `speaks with a database that is not the stack's, got PGHOST=${host}; say ${own.join(" or ")}`;
  }
  const given = told.get("PGPORT");
  if (given !== undefined && given !== String(port)) {
    return `does not find the database, got PGPORT=${given}; say ${port}`;
  }
  const role = told.get("PGUSER");
  if (role !== undefined && SUPERUSERS.test(role)) {
    return `is the database's superuser, got PGUSER=${role}; give it a role of its own`;
  }
  if (!told.get("PGSSLROOTCERT")) {
    return "does not know its database by a certificate, got no PGSSLROOTCERT; give the database's";
  }
  return undefined;
}

/** Files that it is told of must be mounted; what else there is in the image is not known. */
function fileFault(told: Map<string, string>, { props }: PolicyResource): string | undefined {
  const targets = mountsOf(props).flatMap(({ target }) => target ?? []);
  for (const name of ["PGPASSWORD_FILE", "PGSSLROOTCERT"]) {
    const path = told.get(name);
    if (path === undefined || !path.startsWith("/")) continue;
    const isThere = targets.some((target) => path.startsWith(`${target.replace(/\/$/, "")}/`));
    if (!isThere || path.includes("..")) {
      return `is told of a file that is not mounted, got ${name}=${path}; mount its folder`;
    }
  }
  return undefined;
}
