import { DOCKER_BRIDGE_CIDR } from "../docker/dockerDaemon";
import { type Cidr, contains, parseAddress, parseCidr, parseHostPort } from "../net/cidr";
import { guestsOf } from "../stack/guests";
import type { Settings } from "../stack/settings";

/** Where a private subnet may lie: RFC 1918, and RFC 6598 as carriers use it. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Rules about who must reach whom: an address may be well formed and lead nowhere. */
export function reachProblems(settings: Settings): string[] {
  const own = parseCidr(settings.privateNetwork.cidr);
  return [
    ...privateProblems(settings, own),
    ...serverProblems(settings, own),
    ...hostProblems(settings, own),
  ];
}

/** The private subnet takes nobody else's addresses away from the CTs and the Proxmox node. */
function privateProblems(settings: Settings, own: Cidr | undefined): string[] {
  const inside = PRIVATE.map((text) => parseCidr(text)!).some(
    (range) => own && own.prefix >= range.prefix && contains(range, own.network),
  );
  return !own || inside
    ? []
    : [
        `privateCidr: is no private subnet, got ${settings.privateNetwork.cidr}; take one of ${PRIVATE.join(", ")}`,
      ];
}

/** CTs reach a server on the LAN or beyond it, or the Proxmox node itself; nothing nearer answers them. */
function serverProblems(settings: Settings, own: Cidr | undefined): string[] {
  const { nameserver, privateNetwork } = settings;
  const places: [Cidr | undefined, string][] = [
    [own, "the private subnet, where CTs talk to the Proxmox node alone"],
    [parseCidr(DOCKER_BRIDGE_CIDR), "Docker's own network on the app nodes"],
    [parseCidr("127.0.0.0/8"), "loopback, which in a CT is the CT itself"],
    [parseCidr("0.0.0.0/8"), "no machine's address"],
    [parseCidr("224.0.0.0/3"), "no machine's address"],
  ];
  const servers = [
    ["nameserver", nameserver],
    ["aptProxy", parseHostPort(settings.aptProxy ?? "")?.address ?? ""],
  ];
  return servers.flatMap(([key, address = ""]) => {
    const value = parseAddress(address);
    if (value === undefined || address === privateNetwork.gateway) return [];
    const ct = ownerOf(settings, address);
    const place = ct
      ? `that is the address of ${ct}`
      : places.find(([cidr]) => cidr && contains(cidr, value))?.[1];
    return place
      ? [
          `${key}: cannot be reached from CTs, got ${address} (${place}); give one on the LAN or beyond`,
        ]
      : [];
  });
}

/** The Proxmox node is reached where no CT is and where the private subnet is not. */
function hostProblems(settings: Settings, own: Cidr | undefined): string[] {
  const hosts = [
    ["sshHost", settings.ssh.host],
    ["proxmoxEndpoint", new URL(settings.proxmox.endpoint).hostname],
  ];
  return hosts.flatMap(([key, host = ""]) => {
    const ct = ownerOf(settings, host);
    if (ct)
      return [`${key}: is an address of ${ct}, got ${host}; give the Proxmox node's own address`];
    const value = parseAddress(host);
    const hidden = own && value !== undefined && contains(own, value);
    return hidden
      ? [
          `${key}: is inside the private subnet, got ${host}; this machine is not in it: give the node's address on the LAN`,
        ]
      : [];
  });
}

/** The CT that is given an address. */
function ownerOf(settings: Settings, address: string): string | undefined {
  return guestsOf(settings).find(({ ports }) => ports.some((port) => port.address === address))
    ?.name;
}
