import type { Settings } from "../../lib/stack/settings";
import { SSH_PORT } from "../../lib/stack/settings";
import { nodeNetwork } from "../../lib/net/nodeNetwork";
import { guestsOf } from "../../lib/stack/guests";
import { labGroups } from "../../lib/stack/labGroups";
import { BASTION } from "../../lib/stack/ways";
import type { Protocol, Side } from "../../lib/security/securityGroup";
import { decide, describeDecision } from "../../lib/security/securityGroup";

/** Where probes start: a host in the LAN, the Proxmox node, or a CT. */
export interface Place {
  name: string;
  /** Only where the place is a CT. */
  vmid?: number;
  /** Network interface by side. */
  interfaces: Partial<Record<Side, string>>;
  /** IPv4 address by side. */
  addresses: Partial<Record<Side, string>>;
}

/** One attempt, and what the model says about it. */
export interface Probe {
  id: number;
  from: string;
  to: string;
  /** The side of the destination that it comes to. */
  on: Side;
  family: 4 | 6;
  protocol: Protocol;
  port: number;
  /** IPv4 address; for IPv6 the destination's link-local one, which only it knows. */
  address: string;
  /** Interface of the source that a link-local address is on. */
  zone: string;
  /** The model lets it pass. */
  admitted: boolean;
  /** The rule that admits or denies the attempt, in words. */
  reason: string;
  /** From a destination to itself: it proves that what UDP is sent to is heard. */
  control: boolean;
}

/** Name of the host in the LAN. */
export const LAN_HOST = "lan";
/** A port that nothing in the lab uses. */
export const UNUSED_PORT = 9;
const API_PORT = 8006;

/** Ports that any CT has for somebody, and one that none has. */
const ctPorts = (settings: Settings) => [
  SSH_PORT,
  ...labGroups(settings).flatMap(({ ingress }) => ingress.map(({ port }) => port)),
  UNUSED_PORT,
];

/** @param lanHost address of the host in the LAN; without one there are no probes from there */
export function places(settings: Settings, nodeLanAddress: string, lanHost?: string): Place[] {
  const { lan, privateNetwork } = settings;
  const cts = guestsOf(settings).map(({ name, vmid, ports }): Place => ({
    ...{ name, vmid },
    interfaces: Object.fromEntries(ports.map(({ on }, index) => [on, `eth${index}`])),
    addresses: Object.fromEntries(ports.map(({ on, address }) => [on, address])),
  }));
  const host: Place = {
    name: LAN_HOST,
    interfaces: { lan: "eth0" },
    addresses: { lan: lanHost },
  };
  return [
    ...(lanHost === undefined ? [] : [host]),
    {
      name: BASTION,
      interfaces: { lan: lan.bridge, private: privateNetwork.bridge },
      addresses: { lan: nodeLanAddress, private: privateNetwork.gateway },
    },
    ...cts,
  ];
}

/**
 * Every source against every address of every destination, on modelled and on wrong ports.
 *
 * @param also ports besides those
 */
export function planProbes(settings: Settings, all: Place[], also: number[] = []): Probe[] {
  const ports = (to: Place) => attempts(settings, to, also);
  const probes: Omit<Probe, "id">[] = [];
  for (const from of all) {
    for (const to of all.filter(({ name }) => name !== LAN_HOST)) {
      // What the node lets in from the LAN is its administrator's affair, not this stack's.
      if (from.name === LAN_HOST && to.name === BASTION) continue;
      probes.push(
        ...(from === to ? controls(ports(to), to) : between(settings, from, to, ports(to))),
      );
    }
  }
  return probes.map((probe, id) => ({ id, ...probe }));
}

function between(
  settings: Settings,
  from: Place,
  to: Place,
  ports: [Protocol, number][],
): Omit<Probe, "id">[] {
  return (Object.keys(to.addresses) as Side[]).flatMap((on) => {
    const source = from.addresses[on];
    const address = to.addresses[on] ?? "";
    // Without an interface there it is routed by the node, and has no link-local address to reach.
    const families = source === undefined ? ([4] as const) : ([4, 6] as const);
    // App nodes reach the LAN through NAT, as any machine on the internet would.
    if (source === undefined && on === "lan" && to.name !== BASTION) return [];
    return families.flatMap((family) =>
      ports.map(([protocol, port]) => {
        const attempt = { from, to, on, family, protocol, port };
        return {
          ...{ ...attempt, from: from.name, to: to.name, address },
          zone: from.interfaces[on] ?? "",
          ...judge(settings, attempt),
          control: false,
        };
      }),
    );
  });
}

function controls(ports: [Protocol, number][], to: Place): Omit<Probe, "id">[] {
  if (to.name === LAN_HOST) return [];
  return ports
    .filter(([protocol]) => protocol === "udp")
    .map(([protocol, port]) => ({
      ...{ from: to.name, to: to.name, on: "private", family: 4, protocol, port },
      ...{ address: to.addresses.private ?? "", zone: "", admitted: true },
      ...{ reason: "positive control: its own loopback", control: true },
    }));
}

function attempts(settings: Settings, to: Place, also: number[]): [Protocol, number][] {
  const cache = networkOf(settings).aptProxy;
  const own = [SSH_PORT, API_PORT, ...(cache ? [cache.port] : []), UNUSED_PORT];
  const ports = [...new Set([...(to.name === BASTION ? own : ctPorts(settings)), ...also])];
  return (["tcp", "udp"] as const).flatMap((protocol) =>
    ports.map((port): [Protocol, number] => [protocol, port]),
  );
}

const networkOf = (settings: Settings) => nodeNetwork(settings, guestsOf(settings));

/** What the model says about one attempt. */
export function judge(
  settings: Settings,
  attempt: Pick<Probe, "on" | "family" | "protocol" | "port"> & { from: Place; to: Place },
): Pick<Probe, "admitted" | "reason"> {
  const { from, to, on, family, protocol, port } = attempt;
  const closed = (reason: string) => ({ admitted: false, reason });
  if (family === 6) return closed("IPv6: no rule admits it, and the bridge's guards drop it");
  if (to.name === BASTION) return judgeNode(settings, attempt);
  const source = from.addresses[on];
  if (source === undefined) {
    return closed("the Proxmox node forwards nothing from the LAN into the private subnet");
  }
  const decision = decide(labGroups(settings), { source, to: to.name, on, protocol, port });
  return { admitted: decision.admitted, reason: describeDecision(decision) };
}

function judgeNode(
  settings: Settings,
  { on, protocol, port }: Pick<Probe, "on" | "protocol" | "port">,
): Pick<Probe, "admitted" | "reason"> {
  const { aptProxy, gateway, nat } = networkOf(settings);
  const isCache = aptProxy?.port === port && aptProxy.address === gateway;
  if (isCache && protocol === "tcp" && on === "private") {
    return nat === "always"
      ? { admitted: true, reason: "the package cache (aptProxy) is open with nat: always" }
      : { admitted: false, reason: "the package cache is closed: nat is provisioning" };
  }
  return { admitted: false, reason: "the Proxmox node is closed to the lab's CTs" };
}
