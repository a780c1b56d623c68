import { isIP } from "node:net";
import {
  parseProperties,
  printProperties,
  type Properties,
  type PropertySchema,
} from "./propertyString";

const text = (wrong: string) => `value does not look like a valid ${wrong}`;

/** An address with its prefix length, or one of the words. */
function configuration(version: 4 | 6, words: string[]) {
  return (value: string): string | undefined => {
    if (words.includes(value)) return undefined;
    const [address = "", length = "", more] = value.split("/");
    const whole = isIP(address) === version && /^\d{1,3}$/.test(length) && more === undefined;
    if (whole && Number(length) <= (version === 4 ? 32 : 128)) return undefined;
    return text(`ipv${version} network configuration`);
  };
}

const addressOf = (version: 4 | 6) => (value: string) =>
  isIP(value) === version ? undefined : text(`IPv${version} address`);

/** The low bit of the first octet marks a group address. */
const unicast = (value: string) =>
  /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i.test(value) ? undefined : text("unicast MAC address");

/** Schema of `netN`. `host-managed` is sent by clients that talk to Proxmox 9.1 and later. */
export const netSchema: PropertySchema = {
  name: { type: "string", pattern: /^[-_.\w]+$/ },
  bridge: { type: "string", optional: true, pattern: /^[-_.\w]+$/ },
  firewall: { type: "boolean", optional: true },
  gw: { type: "string", optional: true, format: addressOf(4) },
  gw6: { type: "string", optional: true, format: addressOf(6) },
  "host-managed": { type: "boolean", optional: true },
  hwaddr: { type: "string", optional: true, format: unicast },
  ip: { type: "string", optional: true, format: configuration(4, ["dhcp", "manual"]) },
  ip6: { type: "string", optional: true, format: configuration(6, ["auto", "dhcp", "manual"]) },
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
