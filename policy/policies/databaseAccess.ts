import type { StackValidationPolicy } from "@pulumi/policy";
import { faultsOf, observe } from "../commands";
import { contains, parseCidr } from "../cidr";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
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
      const mapped = [...host.files].find(
        ([path, text]) => /(^|\/)pg_ident\.conf$/.test(path) && /^\s*[^#\s]/m.test(text),
      );
      if (mapped)
        report(`pg_ident.conf lets users in under other names, got ${mapped[0]}; take it out`);
      const faults = records.flatMap((record) => {
        const fault = faultOf(record, {
          ...{ clients, clientsKnown, localMethods },
          standby: lab.databases.length > 1,
        });
        return fault
          ? [`pg_hba.conf ${fault.wrong}, got "${hbaText(record)}"; ${fault.remedy}`]
          : [];
      });
      // A record that is wrong may be the one that was meant for an app node.
      const shut =
        complete && clientsKnown && faults.length === 0 ? [...shutOut(records, lab)] : [];
      for (const fault of [...faults, ...shut]) report(fault);
    }
  },
};

interface Allowed {
  clients: Set<string>;
  clientsKnown: boolean;
  localMethods: string[];
  /** Whether one of the databases follows another. */
  standby: boolean;
}

/** App nodes that no record admits: the first one for an address decides. */
function* shutOut(records: HbaRecord[], lab: Lab): Generator<string> {
  if (records.some(({ type }) => /^(include|@)/.test(type))) return;
  for (const address of lab.addresses(lab.apps)) {
    const first = records.find((one) => one.type !== "local" && admits(one.address, address));
    if (first && first.method !== "reject") continue;
    yield (
      `pg_hba.conf shuts an app node out, got ${first ? `"${hbaText(first)}"` : `no record for ${address}`}; ` +
      `admit ${address}/32`
    );
  }
}

function admits(address: string, client: string): boolean {
  const cidr = parseCidr(address);
  return address === "all" || (cidr !== undefined && contains(cidr, client));
}

function faultOf(
  { type, database, user, address, method }: HbaRecord,
  { clients, clientsKnown, localMethods, standby }: Allowed,
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
  if (host !== undefined && (clients.has(host) || !clientsKnown)) {
    return roleFault({ type, database, user, address, method }, standby);
  }
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

function roleFault({ user, database }: HbaRecord, standby: boolean) {
  if (/^[+/@]|(^|,)(all|postgres|root)(,|$)/.test(user) || /(^|,)all(,|$)|^[@/]/.test(database)) {
    return { wrong: "admits more than one role to more than its database", remedy: "name both" };
  }
  if (/(^|,)replication(,|$)/.test(database) && !standby) {
    return { wrong: "lets others copy the whole server", remedy: "take it out" };
  }
  return undefined;
}
