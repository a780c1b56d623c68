import type { NetConfig } from "../../codec/net";

/** Texts of the files that the node writes into a CT. Pure functions of configuration and old text. */

const begin = "# --- BEGIN PVE ---";
const end = "# --- END PVE ---";

/** Replaces the part between Proxmox's markers, or adds it in front; the rest is the CT's own. */
export function withPveBlock(old: string, lines: string[]): string {
  const kept: string[] = [];
  let inside = false;
  for (const line of old.replace(/\n$/, "").split("\n")) {
    if (line === begin) inside = true;
    else if (line === end) inside = false;
    else if (!inside) kept.push(line);
  }
  while (kept.length > 0 && kept[0] === "") kept.shift();
  const block = [begin, ...lines, end];
  return [...block, ...kept].map((line) => `${line}\n`).join("");
}

/** First static address of a CT, by which its name resolves in the CT itself. */
function ownAddress(nets: NetConfig[]): string {
  const static4 = nets.find((net) => net.ip?.includes("/"))?.ip;
  return static4 ? static4.split("/")[0]! : "127.0.1.1";
}

export function hostsFile(
  old: string | undefined,
  hostname: string,
  searchdomain: string | undefined,
  nets: NetConfig[],
): string {
  const base = old ?? "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
  const short = hostname.split(".")[0]!;
  const domain = searchdomain?.split(/[\s,]+/)[0];
  const full = hostname.includes(".") ? hostname : domain ? `${hostname}.${domain}` : undefined;
  return withPveBlock(base, [[ownAddress(nets), full, short].filter(Boolean).join(" ")]);
}

export function resolvFile(
  old: string | undefined,
  nameservers: string[],
  searchdomain: string | undefined,
): string {
  const own = (old ?? "")
    .split("\n")
    .filter((line) => !/^\s*(?:nameserver|search|domain)\s/.test(line))
    .join("\n");
  return withPveBlock(own, [
    ...(searchdomain ? [`search ${searchdomain}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
  ]).replace(/\n+$/, "\n");
}

/** Nameservers and search domain of the node; addresses of its own loopback mean nothing in a CT. */
export function nodeResolver(text: string): { nameservers: string[]; searchdomain?: string } {
  const nameservers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map((match) => match[1]!)
    .filter((address) => !address.startsWith("127.") && address !== "::1");
  const searchdomain = /^\s*search\s+(.+?)\s*$/m.exec(text)?.[1];
  return { nameservers, ...(searchdomain && { searchdomain }) };
}

function interfaceStanzas(net: NetConfig): string[] {
  const lines = [`auto ${net.name}`];
  const manual = net["host-managed"] === "1";
  const { ip, ip6 } = net;
  if (!manual && ip?.includes("/")) {
    lines.push(`iface ${net.name} inet static`, `\taddress ${ip}`);
    if (net.gw) lines.push(...gatewayLines(net.name, ip, net.gw));
  } else {
    lines.push(`iface ${net.name} inet ${!manual && ip === "dhcp" ? "dhcp" : "manual"}`);
  }
  lines.push("");
  if (!manual && ip6?.includes("/")) {
    lines.push(`iface ${net.name} inet6 static`, `\taddress ${ip6}`);
    if (net.gw6) lines.push(`\tgateway ${net.gw6}`);
    lines.push("");
  } else if (!manual && (ip6 === "auto" || ip6 === "dhcp")) {
    lines.push(`iface ${net.name} inet6 ${ip6}`, "");
  }
  return lines;
}

const toNumber = (address: string) =>
  address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** A gateway outside of the subnet needs a route of its own first, as on a real node. */
function gatewayLines(name: string, cidr: string, gateway: string): string[] {
  const [address = "", length = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  const inside =
    Math.floor(toNumber(address) / size) === Math.floor(toNumber(gateway) / size) && size > 1;
  if (inside) return [`\tgateway ${gateway}`];
  return [
    `\tpost-up ip route add ${gateway} dev ${name}`,
    `\tpost-up ip route add default via ${gateway} dev ${name}`,
    `\tpre-down ip route del default via ${gateway} dev ${name}`,
    `\tpre-down ip route del ${gateway} dev ${name}`,
  ];
}

/** Debian's `/etc/network/interfaces`; stanzas of interfaces that are none of Proxmox's stay. */
export function interfacesFile(old: string | undefined, nets: NetConfig[]): string {
  const ours = new Set(["lo", ...nets.map((net) => net.name)]);
  const kept: string[] = [];
  let dropping = false;
  for (const line of (old ?? "").split("\n")) {
    const words = line.trim().split(/\s+/);
    const keyword = words[0] ?? "";
    if (/^(?:auto|allow-\S+)$/.test(keyword)) {
      dropping = false;
      const others = words.slice(1).filter((name) => !isOurs(name, ours));
      if (others.length > 0) kept.push(`${keyword} ${others.join(" ")}`);
      continue;
    }
    if (/^(?:iface|mapping|source|source-directory)$/.test(keyword))
      dropping = keyword === "iface" && isOurs(words[1] ?? "", ours);
    if (!dropping) kept.push(line);
  }
  const rest = kept.join("\n").trim();
  const head = ["auto lo", "iface lo inet loopback", "iface lo inet6 loopback", ""];
  const text = [...head, ...nets.flatMap(interfaceStanzas)].join("\n");
  return rest ? `${text}\n${rest}\n` : `${text.trimEnd()}\n`;
}

/** Interfaces that the node's configuration no longer has were written by it all the same. */
const isOurs = (name: string, ours: Set<string>) => ours.has(name) || /^eth\d+$/.test(name);

/** A systemd-networkd file for one interface. */
export function networkdFile(net: NetConfig): string {
  const { ip, ip6 } = net;
  const manual = net["host-managed"] === "1";
  const lines = ["[Match]", `Name = ${net.name}`, "", "[Network]"];
  if (!manual) {
    const v4 = ip === "dhcp";
    const v6 = ip6 === "dhcp";
    if (v4 || v6) lines.push(`DHCP = ${v4 && v6 ? "yes" : v4 ? "ipv4" : "ipv6"}`);
    if (ip6 !== undefined) lines.push(`IPv6AcceptRA = ${ip6 === "auto" ? "true" : "false"}`);
    for (const address of [ip, ip6]) if (address?.includes("/")) lines.push(`Address = ${address}`);
    for (const gateway of [net.gw, net.gw6]) if (gateway) lines.push(`Gateway = ${gateway}`);
  }
  return `${lines.join("\n")}\n`;
}

/** `/etc/shadow` with another password hash for root. */
export function shadowFile(old: string, hash: string, dayNumber: number): string {
  return old
    .split("\n")
    .map((line) => {
      if (!line.startsWith("root:")) return line;
      const fields = line.split(":");
      fields[1] = hash;
      fields[2] = String(dayNumber);
      return fields.join(":");
    })
    .join("\n");
}
