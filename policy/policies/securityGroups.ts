import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import type { Container } from "../cts";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import { BRIDGE_TYPES } from "../network";
import { asList, asNumber, asProps, asText, propsOf } from "../plain";
import type { Firewall } from "../script/firewall";
import { ruleText, type FirewallRule } from "../script/iptables";
import { admitsNew, isWorld, verdict } from "../script/packets";

/** Rules of the Proxmox firewall. */
const PROXMOX_RULES = "proxmoxve:firewall/rulesLegacy:RulesLegacy";
/** Chains of the packets that a CT forwards, which `app-docker-user-rules` judges. */
const FORWARDING = new Set(["DOCKER-USER", "FORWARD", "OUTPUT"]);
/** Stands for every port that no rule names. */
const ANY_PORT = 1;
/** Somebody on the internet, and a neighbour over IPv6: addresses that no stack has. */
const STRANGERS = { ipv4: ["203.0.113.7"], ipv6: ["2001:db8::7", "fe80::7"] };

const DEFAULTS = {
  appPort: 3000,
  databasePort: 5432,
  adminPort: 22,
  publicPorts: [80, 443],
  statsPort: 8404,
};
type Config = BridgesConfig & Partial<typeof DEFAULTS> & { adminSources?: string[] };

const port = (description: string, value: number) =>
  ({ type: "integer", minimum: 1, maximum: 65535, default: value, description }) as const;

/** The CTs' own filter is their security group: who is not named does not get in. */
export const securityGroups: StackValidationPolicy = {
  name: "ct-security-group-closed",
  description:
    "Every CT drops what no rule names, over IPv4 and IPv6, TCP and UDP. App nodes accept the " +
    "service's port from the load balancer only, the database its port from the app nodes only, " +
    "the load balancer its public ports; no rule opens anything else to anybody.",
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
      publicPorts: {
        type: "array",
        items: { type: "integer", minimum: 1, maximum: 65535 },
        default: DEFAULTS.publicPorts,
        description: "Ports of the load balancer that everybody may reach.",
      },
      statsPort: port(
        "Port of the load balancer's stats page, for one subnet.",
        DEFAULTS.statsPort,
      ),
    },
  },
  validateStack: (args, reportViolation) => {
    const config = { ...DEFAULTS, ...args.getConfig<Config>() };
    const lab = labOf(args.resources, config);
    const { adminPort } = config;
    const admin = { adminPort, admins: config.adminSources ?? gateways(lab) };
    const judge = (container: Container, group: Omit<Group, "adminPort" | "admins">) => {
      const fault = faultOf(container, lab, { ...admin, ...group });
      if (fault) reportViolation(`${container.label}: ${fault}`, container.urn);
    };
    const only = (own: number, clients: Container[]) => ({
      port: own,
      clients: lab.addresses(clients),
      known: lab.allKnown(clients),
      open: [],
    });
    for (const app of lab.apps) {
      judge(app, { ...only(config.appPort, lab.loadBalancers), published: true });
    }
    for (const database of lab.databases) judge(database, only(config.databasePort, lab.apps));
    for (const balancer of lab.loadBalancers) {
      judge(balancer, { ...only(config.statsPort, []), open: config.publicPorts });
    }
  },
};

interface Group {
  /** The one that only clients may reach; without any, subnets may that are not the world. */
  port: number;
  clients: string[];
  /** False while a client's address is not known: a foreign one may be its. */
  known: boolean;
  /** Ports that everybody may reach. */
  open: number[];
  /** By Docker: what comes for the port is forwarded, and judged by the policies on that. */
  published?: boolean;
  admins: string[];
  adminPort: number;
}

function faultOf(container: Container, lab: Lab, group: Group): string | undefined {
  const { host, complete } = observe(container, lab.resources);
  const fault =
    proxmoxFault(container, lab, group.open) ??
    ruleFault(host.ipv4, group) ??
    ruleFault(host.ipv6, { ...group, clients: [], known: true });
  if (fault || !complete) return fault;
  const own = lab.addresses([container]);
  const foreign = lab.addresses(lab.containers).filter((address) => {
    return group.known && ![...group.clients, ...group.admins, ...own].includes(address);
  });
  const open =
    openFault(host.ipv4, [...STRANGERS.ipv4, ...foreign], group) ??
    openFault(host.ipv6, STRANGERS.ipv6, group);
  if (open) return open;
  if (group.published) return undefined;
  const shut = group.clients.find((source) => {
    return verdict(host.ipv4.table("filter"), "INPUT", { source, port: group.port }) !== "ACCEPT";
  });
  return (
    shut &&
    `port ${group.port} is shut to a client, got no rule for ${shut}; accept it before the DROP`
  );
}

/** The first packet of somebody who is no client that INPUT lets in, to a port of the group or any other. */
function openFault(firewall: Firewall, sources: string[], group: Group): string | undefined {
  const ports = [group.port, group.adminPort, ANY_PORT].filter((p) => !group.open.includes(p));
  for (const source of sources) {
    for (const protocol of ["tcp", "udp"]) {
      const open = ports.find((probe) => {
        const packet = { source, protocol, port: probe };
        return verdict(firewall.table("filter"), "INPUT", packet) === "ACCEPT";
      });
      if (open === undefined) continue;
      return (
        `port ${open}/${protocol} is open, got ACCEPT for a packet from ${source}; ` +
        "accept the clients' addresses in INPUT and drop everybody else's packets behind them"
      );
    }
  }
  return undefined;
}

/** The first rule that lets somebody in who is no client, or a client where nothing is for it. */
function ruleFault(firewall: Firewall, group: Group): string | undefined {
  for (const [chain, rules] of firewall.chains) {
    if (FORWARDING.has(chain)) continue;
    const rule = rules.find(
      (one) => one.target === "ACCEPT" && admitsNew(one) && !named(one, group),
    );
    if (!rule) continue;
    const { source = "" } = rule;
    const other = group.clients.includes(source)
      ? "a client to other ports"
      : "others than the clients";
    const who = isWorld(rule.source) ? "everybody" : other;
    const clients = group.clients.join(", ") || "none";
    return (
      `${chain} admits ${who}, got "${ruleText(rule)}"; ` +
      `allowed is TCP to port ${group.port}, allowed sources are ${clients}`
    );
  }
  return undefined;
}

function named({ source, protocol, destinationPort, other }: FirewallRule, group: Group): boolean {
  if (other.includes("!") || (protocol !== "tcp" && protocol !== "6")) return false;
  if (group.open.some((open) => String(open) === destinationPort)) return true;
  if (isWorld(source) || source === undefined) return false;
  if (destinationPort === String(group.adminPort) && group.admins.includes(source)) return true;
  if (destinationPort !== String(group.port)) return false;
  if (group.open.length > 0) return true; // the load balancer's stats page, for a subnet
  return group.clients.includes(source) || (!group.known && !source.includes("/"));
}

/** Rules of the Proxmox firewall for this CT; those of other objects are not the CT's filter. */
function proxmoxFault(container: Container, lab: Lab, open: number[]): string | undefined {
  for (const { type, props } of lab.resources) {
    const { containerId, rules } = propsOf(props);
    if (type !== PROXMOX_RULES || asNumber(containerId) !== container.vmid) continue;
    for (const rule of asList(rules).map(asProps)) {
      const source = asText(rule.source) || undefined;
      if (rule.type !== "in" || rule.action !== "ACCEPT" || typeof rule.source === "symbol")
        continue;
      if (rule.enabled === false || !isWorld(source)) continue;
      if (open.some((one) => asText(rule.dport) === String(one))) continue;
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
