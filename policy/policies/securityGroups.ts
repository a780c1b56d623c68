import type { StackValidationPolicy } from "@pulumi/policy";
import { faultsOf, observe } from "../commands";
import type { Container } from "../cts";
import { hasNoIpv6 } from "../kernel";
import { labOf, PRIVATE_BRIDGES, type Lab } from "../labFacts";
import { PORT_SETTINGS, portsOf, type PortsConfig } from "../labPorts";
import { BRIDGE_TYPES } from "../network";
import { asList, asNumber, asProps, asText, propsOf } from "../plain";
import type { Firewall } from "../script/firewall";
import type { Host } from "../script/shellEffects";
import { ruleText, type FirewallRule } from "../script/iptables";
import { admitsNew, isWorld, verdict } from "../script/packets";

/** Rules of the Proxmox firewall. */
const PROXMOX_RULES = /^proxmoxve:.*firewall_?\/?rules(Legacy)?:/i;
/** Chains of the packets that a CT forwards, which `app-docker-user-rules` judges. */
const FORWARDING = new Set(["DOCKER-USER", "FORWARD", "OUTPUT"]);
/** Stands for every port that no rule names. */
const ANY_PORT = 1;
/** Somebody on the internet, and a neighbour over IPv6: addresses that no stack has. */
const STRANGERS = { ipv4: ["203.0.113.7"], ipv6: ["2001:db8::7", "fe80::7"] };

const ADMIN_PORT = 22;
type Config = PortsConfig & { adminPort?: number; adminSources?: string[] };

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
      ...PORT_SETTINGS,
      adminPort: {
        type: "integer",
        default: ADMIN_PORT,
        description: "Port of SSH, which `adminSources` may reach.",
      },
      adminSources: {
        type: "array",
        items: { type: "string" },
        description:
          "Addresses that may reach the port of SSH. Default: those of the private bridges, " +
          "through which the Proxmox node is the bastion.",
      },
    },
  },
  validateStack: async (args, reportViolation) => {
    const config = args.getConfig<Config>();
    const lab = labOf(args.resources, config);
    const { adminPort = ADMIN_PORT } = config;
    const ports = await portsOf(lab, config);
    const admin = { adminPort, admins: config.adminSources ?? gateways(lab) };
    const judge = (container: Container, group: Omit<Group, "adminPort" | "admins">) => {
      const fault = faultOf(container, lab, { ...admin, ...group });
      if (fault) reportViolation(`${container.label}: ${fault}`, container.urn);
      const observed = observe(container, lab.resources);
      for (const one of [...rewritten(observed.host), ...faultsOf(observed, "firewall")]) {
        reportViolation(`${container.label}: ${one}`, container.urn);
      }
    };
    const only = (own: number, clients: Container[], peers: Container[] = []) => ({
      port: own,
      peers: lab.addresses(peers),
      clients: lab.addresses(clients),
      known: lab.allKnown([...clients, ...peers]),
      open: [],
    });
    for (const app of lab.apps) {
      judge(app, { ...only(ports.app, lab.loadBalancers), published: true });
    }
    for (const database of lab.databases) {
      const peers = lab.databases.filter((one) => one !== database);
      judge(database, only(ports.database, lab.apps, peers));
    }
    for (const balancer of lab.loadBalancers) {
      judge(balancer, { ...only(ports.stats, []), open: ports.open });
    }
  },
};

interface Group {
  /** The one that only clients may reach; without any, subnets may that are not the world. */
  port: number;
  clients: string[];
  /** Who may reach it as well and need not: standbys of a database. */
  peers: string[];
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
  const off = hasNoIpv6(host);
  const fault =
    proxmoxFault(container, lab, group.open) ??
    ruleFault(host.ipv4, group) ??
    (off ? undefined : ruleFault(host.ipv6, { ...group, clients: [], peers: [], known: true }));
  if (fault || !complete) return fault;
  for (const [family, firewall] of [
    ["IPv4", host.ipv4],
    ["IPv6", host.ipv6],
  ] as const) {
    const policy = firewall.table("filter").policies.get("INPUT");
    if (policy === undefined || policy === "DROP" || (off && family === "IPv6")) continue;
    return `INPUT is open whenever its rules are not there, got policy ${policy} over ${family}; make it DROP`;
  }
  const own = lab.addresses([container]);
  const foreign = lab.addresses(lab.containers).filter((address) => {
    const known = [...group.clients, ...group.peers, ...group.admins, ...own];
    return group.known && !known.includes(address);
  });
  const open =
    openFault(host.ipv4, [...STRANGERS.ipv4, ...foreign], group) ??
    (off ? undefined : openFault(host.ipv6, STRANGERS.ipv6, group));
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
    const other = [...group.clients, ...group.peers].includes(source)
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
  const ports = destinationPort?.split(",") ?? [];
  if (ports.length > 0 && ports.every((one) => group.open.map(String).includes(one))) return true;
  if (isWorld(source) || source === undefined) return false;
  if (destinationPort === String(group.adminPort) && group.admins.includes(source)) return true;
  if (destinationPort !== String(group.port)) return false;
  if (group.open.length > 0) return true; // the load balancer's stats page, for a subnet
  return (
    [...group.clients, ...group.peers].includes(source) || (!group.known && !source.includes("/"))
  );
}

/** Rules of the Proxmox firewall for this CT; those of other objects are not the CT's filter. */
function proxmoxFault(container: Container, lab: Lab, open: number[]): string | undefined {
  for (const { type, props } of lab.resources) {
    const { containerId, rules } = propsOf(props);
    if (!PROXMOX_RULES.test(type) || asNumber(containerId) !== container.vmid) continue;
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

/** Rules of these tables change what a packet is before a filter sees it, or whether it is tracked. */
function* rewritten({ ipv4, ipv6 }: Host): Generator<string> {
  for (const firewall of [ipv4, ipv6]) {
    for (const name of ["nat", "raw"]) {
      const [rule] = [...firewall.table(name).chains.values()].flat();
      if (!rule) continue;
      yield `rewrites packets before they are filtered, got "${ruleText(rule)}" in table ${name}; take it out`;
    }
  }
}
