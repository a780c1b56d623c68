import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import type { Container } from "../containers";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../lab";
import { BRIDGE_TYPES } from "../network";
import { asList, asNumber, asProps, asText, propsOf } from "../plain";
import type { Firewall } from "../script/firewall";
import { ruleText, type FirewallRule } from "../script/iptables";
import { admitsNew, isWorld, verdict } from "../script/packets";

/** Rules of the Proxmox firewall. */
const PROXMOX_RULES = "proxmoxve:firewall/rulesLegacy:RulesLegacy";
/** Chains of the packets that a CT forwards, which `app-docker-user-rules` judges. */
const FORWARDING = new Set(["DOCKER-USER", "FORWARD", "OUTPUT"]);
/** Somebody on the internet, and a neighbour over IPv6: addresses that no stack has. */
const STRANGERS = { ipv4: ["203.0.113.7"], ipv6: ["2001:db8::7", "fe80::7"] };

const DEFAULTS = { appPort: 3000, databasePort: 5432, adminPort: 22 };
type Config = BridgesConfig & Partial<typeof DEFAULTS> & { adminSources?: string[] };

const port = (description: string, value: number) =>
  ({ type: "integer", minimum: 1, maximum: 65535, default: value, description }) as const;

/** The CTs' own filter is their security group: who is not named does not get in. */
export const securityGroups: StackValidationPolicy = {
  name: "ct-security-group-closed",
  description:
    "App nodes accept the service's port from the load balancer only and the database its port " +
    "from the app nodes only; no rule opens them to 0.0.0.0/0 or ::/0.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      privateBridges: PRIVATE_BRIDGES,
      appPort: port("Port of the service on app nodes.", DEFAULTS.appPort),
      databasePort: port("Port of the database.", DEFAULTS.databasePort),
      adminPort: port("Port of SSH, which `adminSources` may reach.", DEFAULTS.adminPort),
      adminSources: {
        type: "array",
        items: { type: "string" },
        description:
          "Addresses that may reach the port of SSH. Default: those of the private bridges, " +
          "through which the Proxmox node is the bastion.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    const config = { ...DEFAULTS, ...args.getConfig<Config>() };
    const lab = labOf(args.resources, config);
    const admins = config.adminSources ?? gateways(lab);
    const judge = (container: Container, own: number, clients: Container[]) => {
      const group = { port: own, clients: lab.addresses(clients), known: lab.allKnown(clients) };
      const fault = faultOf(container, lab, { ...group, admins, adminPort: config.adminPort });
      if (fault) reportViolation(`${container.label}: ${fault}`, container.urn);
    };
    for (const app of lab.apps) judge(app, config.appPort, lab.loadBalancers);
    for (const database of lab.databases) judge(database, config.databasePort, lab.apps);
  },
};

interface Group {
  port: number;
  clients: string[];
  /** False while a client's address is not known: a foreign one may be its. */
  known: boolean;
  admins: string[];
  adminPort: number;
}

function faultOf(container: Container, lab: Lab, group: Group): string | undefined {
  const { host, complete } = observe(container, lab.resources);
  const fault =
    proxmoxFault(container, lab) ??
    ruleFault(host.ipv4, group) ??
    ruleFault(host.ipv6, { ...group, clients: [], known: true });
  if (fault || !complete) return fault;
  const foreign = lab.addresses(lab.containers).filter((address) => {
    return group.known && !group.clients.includes(address);
  });
  const own = lab.addresses([container]);
  for (const source of [...STRANGERS.ipv4, ...foreign.filter((a) => !own.includes(a))]) {
    if (verdict(host.ipv4, "INPUT", { source, port: group.port }) === "ACCEPT") {
      return openTo(group.port, source);
    }
  }
  for (const source of STRANGERS.ipv6) {
    if (verdict(host.ipv6, "INPUT", { source, port: group.port }) === "ACCEPT") {
      return openTo(group.port, source);
    }
  }
  const shut = group.clients.find((source) => {
    return verdict(host.ipv4, "INPUT", { source, port: group.port }) !== "ACCEPT";
  });
  return (
    shut &&
    `port ${group.port} is shut to a client, got no rule for ${shut}; accept it before the DROP`
  );
}

function openTo(port: number, source: string): string {
  return (
    `port ${port} is open, got ACCEPT for a packet from ${source}; ` +
    "accept the clients' addresses in INPUT and drop everybody else's packets behind them"
  );
}

/** The first rule that lets somebody in who is no client. */
function ruleFault(firewall: Firewall, group: Group): string | undefined {
  for (const [chain, rules] of firewall.chains) {
    if (FORWARDING.has(chain)) continue;
    const rule = rules.find(
      (one) => one.target === "ACCEPT" && admitsNew(one) && !named(one, group),
    );
    if (!rule) continue;
    const who = isWorld(rule.source) ? "everybody" : "others than the clients";
    const clients = group.clients.join(", ") || "none";
    return `${chain} admits ${who}, got "${ruleText(rule)}"; allowed sources are ${clients}`;
  }
  return undefined;
}

function named({ source, destinationPort, other }: FirewallRule, group: Group): boolean {
  if (isWorld(source) || source === undefined || other.includes("!")) return false;
  if (destinationPort === String(group.adminPort) && group.admins.includes(source)) return true;
  return group.clients.includes(source) || (!group.known && !source.includes("/"));
}

/** Rules of the Proxmox firewall for this CT; those of other objects are not the CT's filter. */
function proxmoxFault(container: Container, lab: Lab): string | undefined {
  for (const { type, props } of lab.resources) {
    const { containerId, rules } = propsOf(props);
    if (type !== PROXMOX_RULES || asNumber(containerId) !== container.vmid) continue;
    for (const rule of asList(rules).map(asProps)) {
      const source = asText(rule.source) || undefined;
      if (rule.type !== "in" || rule.action !== "ACCEPT" || typeof rule.source === "symbol")
        continue;
      if (rule.enabled === false || !isWorld(source)) continue;
      const got = JSON.stringify(source ?? "no source");
      return `a rule of the Proxmox firewall admits everybody, got ${got}; give the client's address`;
    }
  }
  return undefined;
}

/** The Proxmox node's addresses on the private bridges. */
function gateways({ resources, bridges }: Lab): string[] {
  const made = resources.filter(({ type }) => BRIDGE_TYPES.has(type)).map((r) => propsOf(r.props));
  const own = made.filter(({ name }) => bridges.has(asText(name) ?? ""));
  return own.map(({ address }) => asText(address)?.split("/")[0] ?? "").filter(Boolean);
}
