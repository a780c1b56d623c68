import type { StackValidationPolicy } from "@pulumi/policy";
import { faultsOf, observe } from "../commands";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import type { Host } from "../script/shellEffects";
import { hbaText, parseHba, type HbaRecord } from "../script/pgHba";

const LOCAL_METHODS = ["peer", "scram-sha-256"];
const FILE = /(^|\/)pg_hba\.conf$/;

interface Config extends BridgesConfig {
  localMethods?: string[];
}

/** pg_hba.conf is the database's security group: app nodes, with TLS and a password, nobody else. */
export const databaseAccess: StackValidationPolicy = {
  name: "db-hba-app-nodes-only",
  description:
    "pg_hba.conf admits only the app nodes' addresses, each with hostssl and scram-sha-256; " +
    "local connections need to be the same system user.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      privateBridges: PRIVATE_BRIDGES,
      localMethods: {
        type: "array",
        items: { type: "string" },
        default: LOCAL_METHODS,
        description: "Methods allowed over the local socket.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const { resources } = args;
    const config = args.getConfig<Config>();
    const lab = labOf(resources, config);
    // A standby connects to the database that it follows.
    const allowed = [...lab.apps, ...(lab.databases.length > 1 ? lab.databases : [])];
    const clients = new Set(lab.addresses(allowed));
    // While an address is not known, a record with another one may be that app node's.
    const clientsKnown = lab.allKnown(allowed);
    const localMethods = config.localMethods ?? LOCAL_METHODS;
    for (const database of lab.databases) {
      const observed = observe(database, resources);
      const { host, complete } = observed;
      const report = (fault: string) =>
        reportViolation(`${database.label}: ${fault}`, database.urn);
      for (const fault of faultsOf(observed, "database")) report(fault);
      const records = recordsOn(host);
      if (records === undefined) {
        if (complete && !observed.faults.length)
          report("no pg_hba.conf, got none; write it by a command of the stack");
        continue;
      }
      for (const record of records) {
        const fault = faultOf(record, { clients, clientsKnown, localMethods });
        if (fault) report(`pg_hba.conf ${fault.wrong}, got "${hbaText(record)}"; ${fault.remedy}`);
      }
    }
  },
};

interface Allowed {
  clients: Set<string>;
  clientsKnown: boolean;
  localMethods: string[];
}

function faultOf(
  { type, address, method }: HbaRecord,
  { clients, clientsKnown, localMethods }: Allowed,
): { wrong: string; remedy: string } | undefined {
  if (method === "reject") return undefined;
  if (type === "local") {
    if (localMethods.includes(method)) return undefined;
    return { wrong: "opens the local socket", remedy: `use ${localMethods.join(" or ")}` };
  }
  if (!/^host/.test(type)) {
    return { wrong: "has a line that is not checked", remedy: "write all records in the one file" };
  }
  if (type !== "hostssl") return { wrong: "admits clients without TLS", remedy: "use hostssl" };
  if (method !== "scram-sha-256") {
    return { wrong: "admits clients without a safe password", remedy: "use scram-sha-256" };
  }
  const host = /^(\d+\.\d+\.\d+\.\d+)\/32$/.exec(address)?.[1];
  if (host !== undefined && (clients.has(host) || !clientsKnown)) return undefined;
  const list = [...clients]
    .sort()
    .map((client) => `${client}/32`)
    .join(", ");
  return { wrong: "admits others than the app nodes", remedy: `use their addresses: ${list}` };
}

function recordsOn(host: Host): HbaRecord[] | undefined {
  const texts = [...host.files].filter(([path]) => FILE.test(path)).map(([, text]) => text);
  return texts.length ? texts.flatMap(parseHba) : undefined;
}
