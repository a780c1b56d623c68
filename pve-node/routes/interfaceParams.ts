import type { InterfaceSettings } from "../codec/interfaces";
import { parameterError } from "../errors";
import { splitList } from "../http/formats";
import type { ParamSchema, RequestContext } from "../contract";

const text: ParamSchema = { type: "string", optional: true };

/** API name and name in the file of options that are kept as they are. */
const OPTIONS: Record<string, string> = {
  bridge_ports: "bridge-ports",
  bridge_stp: "bridge-stp",
  bridge_fd: "bridge-fd",
  bridge_vlan_aware: "bridge-vlan-aware",
  bridge_vids: "bridge-vids",
  "vlan-id": "vlan-id",
  "vlan-raw-device": "vlan-raw-device",
  bond_mode: "bond-mode",
  "bond-primary": "bond-primary",
  bond_xmit_hash_policy: "bond-xmit-hash-policy",
  slaves: "bond-slaves",
  mtu: "mtu",
};

/** Those with OVS need a package that the node does not have. */
export const TYPES = "bridge,bond,eth,alias,vlan,OVSBridge,OVSBond,OVSPort,OVSIntPort,vnet".split(
  ",",
);

/** Parameters of creating and changing an interface. */
export const interfaceParams: Record<string, ParamSchema> = {
  type: { type: "string", enum: [...TYPES, "unknown"] },
  autostart: { type: "boolean", optional: true },
  comments: { ...text, multiline: true },
  cidr: { ...text, format: "CIDRv4" },
  cidr6: { ...text, format: "CIDRv6" },
  address: { ...text, format: "ipv4", requires: "netmask" },
  address6: { ...text, format: "ipv6", requires: "netmask6" },
  netmask: { ...text, check: checkNetmask },
  netmask6: { type: "integer", minimum: 0, maximum: 128, optional: true },
  gateway: { ...text, format: "ipv4" },
  gateway6: { ...text, format: "ipv6" },
  mtu: { type: "integer", minimum: 1280, maximum: 65520, optional: true },
  bridge_ports: { ...text, format: "pve-iface-list" },
  bridge_vlan_aware: { type: "boolean", optional: true },
  bridge_vids: { ...text, pattern: /^[0-9 ,;-]+$/ },
  "vlan-id": { type: "integer", minimum: 1, maximum: 4094, optional: true },
  "vlan-raw-device": { ...text, format: "pve-iface" },
  bond_mode: {
    ...text,
    enum: [
      "balance-rr",
      "active-backup",
      "balance-xor",
      "broadcast",
      "802.3ad",
      "balance-tlb",
      "balance-alb",
    ],
  },
  "bond-primary": { ...text, format: "pve-iface" },
  bond_xmit_hash_policy: { ...text, enum: ["layer2", "layer2+3", "layer3+4"] },
  slaves: { ...text, format: "pve-iface-list" },
};

function checkNetmask(value: string): string | undefined {
  const bits = value.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0"));
  const dotted = /^(\d{1,3}\.){3}\d{1,3}$/.test(value) && /^1{8,32}0*$/.test(bits.join(""));
  const length = /^\d+$/.test(value) && Number(value) >= 8 && Number(value) <= 32;
  const wrong = "invalid format - value does not look like a valid IP netmask";
  return dotted || length ? undefined : wrong;
}

/** Puts the parameters of a call into the settings of an interface. */
export function applyParams(settings: InterfaceSettings, ctx: RequestContext): void {
  const { params, empty } = ctx;
  for (const name of splitList(String(params.delete ?? ""))) remove(settings, name);
  setAddress(settings, ctx);
  if (params.autostart !== undefined) settings.autostart = params.autostart === true;
  if (params.comments !== undefined) settings.comments = withNewline(String(params.comments));
  else if (empty.has("comments")) settings.comments = undefined;
  if (params.gateway !== undefined) settings.gateway = String(params.gateway);
  if (params.gateway6 !== undefined) settings.gateway6 = String(params.gateway6);
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = params[name];
    if (value === false) remove(settings, name);
    else if (value !== undefined) setOption(settings, option, optionText(name, value));
    else if (empty.has(name)) remove(settings, name);
  }
  if (params.type === "bridge") bridgeDefaults(settings);
  settings.method = settings.cidr !== undefined ? "static" : dynamic(settings.method);
  settings.method6 = settings.cidr6 !== undefined ? "static" : dynamic(settings.method6);
}

/** `static` without an address makes no sense; `dhcp` and `auto` stay. */
const dynamic = (method: string) => (method === "static" ? "manual" : method);
const withNewline = (value: string) => (value.endsWith("\n") ? value : `${value}\n`);

function optionText(name: string, value: string | number | boolean): string {
  if (value === true) return "yes";
  if (name === "bridge_ports" || name === "slaves") return splitList(String(value)).join(" ");
  return String(value);
}

function setAddress(settings: InterfaceSettings, { params }: RequestContext): void {
  for (const six of ["", "6"] as const) {
    const cidr = params[`cidr${six}`];
    const address = params[`address${six}`];
    const netmask = params[`netmask${six}`];
    if (cidr !== undefined) {
      if (address !== undefined && !String(cidr).startsWith(`${address}/`)) {
        throw parameterError({ [`address${six}`]: `conflicts with 'cidr${six}'` });
      }
      refuseDocumentation(String(cidr).split("/")[0] ?? "");
      settings[`cidr${six}`] = String(cidr);
    } else if (address !== undefined) {
      refuseDocumentation(String(address));
      settings[`cidr${six}`] = `${address}/${maskBits(String(netmask))}`;
    }
  }
}

/** Addresses of examples are none of a host. @throws PveError 400 */
function refuseDocumentation(address: string): void {
  if (!/^2001:0?db8:/i.test(address)) return;
  throw parameterError({
    address: `${address} with type 'DOCUMENTATION', cannot be used as host IPv6 address.`,
  });
}

function maskBits(mask: string): number {
  if (/^\d+$/.test(mask)) return Number(mask);
  const bits = mask.split(".").map((octet) => Number(octet).toString(2).replaceAll("0", ""));
  return bits.join("").length;
}

function bridgeDefaults(settings: InterfaceSettings): void {
  const defaults = { "bridge-ports": "none", "bridge-stp": "off", "bridge-fd": "0" };
  for (const [option, value] of Object.entries(defaults)) {
    if (!settings.options.some(([key]) => key === option)) settings.options.push([option, value]);
  }
}

function setOption(settings: InterfaceSettings, option: string, value: string): void {
  const found = settings.options.find(([key]) => key === option);
  if (found) found[1] = value;
  else settings.options.push([option, value]);
}

function remove(settings: InterfaceSettings, name: string): void {
  const option = OPTIONS[name];
  if (option) settings.options = settings.options.filter(([key]) => key !== option);
  else if (["cidr", "address", "netmask"].includes(name)) settings.cidr = undefined;
  else if (["cidr6", "address6", "netmask6"].includes(name)) settings.cidr6 = undefined;
  else if (name === "gateway" || name === "gateway6" || name === "comments") {
    settings[name] = undefined;
  } else if (name === "autostart") settings.autostart = false;
  else throw parameterError({ delete: `unknown option '${name}'` });
}

/** The options of the file under their API names; texts even where they are numbers. */
export function optionsForApi(settings: InterfaceSettings): Record<string, string | number> {
  const result: Record<string, string | number> = {};
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = settings.options.find(([key]) => key === option)?.[1];
    if (value === undefined) continue;
    if (name === "bridge_vlan_aware") result[name] = value === "yes" || value === "1" ? 1 : 0;
    else result[name] = name === "bridge_ports" && value === "none" ? "" : value;
  }
  return result;
}
