import {
  parseProperties,
  printProperties,
  type Properties,
  type PropertySchema,
} from "./propertyString";

const ipv4 = String.raw`(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const ipv6 = String.raw`[0-9a-fA-F:]*:[0-9a-fA-F:.]*`;

/** Schema of `netN`. `host-managed` is sent by clients that talk to Proxmox 9.1 and later. */
export const netSchema: PropertySchema = {
  name: { type: "string", pattern: /^[-_.\w]+$/ },
  bridge: { type: "string", optional: true, pattern: /^[-_.\w]+$/ },
  firewall: { type: "boolean", optional: true },
  gw: {
    type: "string",
    optional: true,
    pattern: new RegExp(`^${ipv4}$`),
    patternText: "invalid format - value does not look like a valid ipv4 address",
  },
  gw6: {
    type: "string",
    optional: true,
    pattern: new RegExp(`^${ipv6}$`),
    patternText: "invalid format - value does not look like a valid ipv6 address",
  },
  "host-managed": { type: "boolean", optional: true },
  hwaddr: {
    type: "string",
    optional: true,
    // The low bit of the first octet marks a group address.
    pattern: /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i,
    patternText: "invalid format - value does not look like a valid unicast MAC address",
  },
  ip: {
    type: "string",
    optional: true,
    pattern: new RegExp(`^(?:dhcp|manual|${ipv4}/(?:3[0-2]|[12]?\\d))$`),
    patternText: "invalid format - value does not look like a valid ipv4 network configuration",
  },
  ip6: {
    type: "string",
    optional: true,
    pattern: new RegExp(`^(?:auto|dhcp|manual|${ipv6}/(?:12[0-8]|1[01]\\d|\\d?\\d))$`),
    patternText: "invalid format - value does not look like a valid ipv6 network configuration",
  },
  link_down: { type: "boolean", optional: true },
  mtu: { type: "integer", optional: true, minimum: 64, maximum: 65535 },
  rate: { type: "number", optional: true, minimum: 0 },
  tag: { type: "integer", optional: true, minimum: 1, maximum: 4094 },
  trunks: { type: "string", optional: true, pattern: /^\d+(?:;\d+)*$/ },
  type: { type: "string", optional: true, enum: ["veth"] },
};

/** A CT's network interface; keys are Proxmox's. */
export interface NetConfig extends Properties {
  name: string;
}

/** @throws PropertyError when it is no valid `netN`. */
export function parseNet(text: string): NetConfig {
  return parseProperties(text, netSchema) as NetConfig;
}

export function printNet(net: NetConfig): string {
  return printProperties(net, netSchema);
}

/** As Proxmox stores what was sent: with a MAC address in upper case and the type. */
export function completeNet(net: NetConfig, newHwaddr: () => string): NetConfig {
  return { ...net, hwaddr: (net.hwaddr ?? newHwaddr()).toUpperCase(), type: "veth" };
}

/** A MAC address under Proxmox's own prefix, from three bytes of chance. */
export function hwaddrFrom(random: Uint8Array): string {
  const tail = [...random.slice(0, 3)].map((byte) => byte.toString(16).padStart(2, "0"));
  return ["BC", "24", "11", ...tail].join(":").toUpperCase();
}
