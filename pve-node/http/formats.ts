import { isIP, isIPv4, isIPv6 } from "node:net";

/** What is wrong with a value, in Proxmox's words; `undefined` when nothing is. */
type Check = (value: string) => string | undefined;

/** `%s` in the text stands for the value. */
const matching =
  (pattern: RegExp, text: string): Check =>
  (value) =>
    pattern.test(value) ? undefined : text.replace("%s", () => value);

function cidrOf(version: 4 | 6, value: string): boolean {
  const [address = "", length = "", extra] = value.split("/");
  if (extra !== undefined || !/^\d+$/.test(length)) return false;
  return version === 4
    ? isIPv4(address) && Number(length) <= 32
    : isIPv6(address) && Number(length) <= 128;
}

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";

/** Named formats of parameters, after pve-common's JSON schema. */
const FORMATS: Record<string, Check> = {
  "pve-vmid": (value) =>
    /^[1-9]\d{2,8}$/.test(value) ? undefined : "value does not look like a valid VM ID",
  "pve-node": matching(new RegExp(`^${LABEL}$`), "value does not look like a valid node name"),
  "dns-name": (value) =>
    new RegExp(`^${LABEL}(\\.${LABEL})*$`).test(value)
      ? undefined
      : "value does not look like a valid DNS name",
  "pve-storage-id": matching(
    /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
    "storage ID '%s' contains illegal characters",
  ),
  "pve-iface": matching(/^[a-z][a-z0-9_]{1,20}([:.]\d+)?$/i, "invalid network interface name '%s'"),
  "pve-configid": matching(/^[a-z][a-z0-9_-]+$/i, "invalid configuration ID"),
  "pve-userid": matching(
    // No separators of user.cfg's lists, and no `!`: that begins the name of a token.
    /^[^\s:/,;!]+@[A-Za-z][A-Za-z0-9.\-_]+$/,
    "value '%s' does not look like a valid user name",
  ),
  "pve-roleid": matching(/^[A-Za-z0-9.\-_]+$/, "role name contains invalid characters"),
  "pve-groupid": matching(/^[A-Za-z0-9.\-_]+$/, "group name '%s' contains invalid characters"),
  "pve-tokenid": matching(/^[A-Za-z][A-Za-z0-9.\-_]+$/, "token name contains invalid characters"),
  "pve-poolid": matching(
    /^[A-Za-z0-9.\-_]+(\/[A-Za-z0-9.\-_]+){0,2}$/,
    "pool name '%s' contains invalid characters",
  ),
  "pve-tag": matching(/^[a-z0-9_][a-z0-9_\-+.]*$/i, "invalid characters in tag"),
  "mac-addr": matching(
    /^[a-f0-9][02468ace](:[a-f0-9]{2}){5}$/i,
    "value does not look like a valid unicast MAC address",
  ),
  "pve-ipv4-config": (value) =>
    value === "dhcp" || value === "manual" || cidrOf(4, value)
      ? undefined
      : "value does not look like a valid ipv4 network configuration",
  "pve-ipv6-config": (value) =>
    ["auto", "dhcp", "manual"].includes(value) || cidrOf(6, value)
      ? undefined
      : "value does not look like a valid ipv6 network configuration",
  ip: (value) => (isIP(value) ? undefined : "value does not look like a valid IP address"),
  ipv4: (value) => (isIPv4(value) ? undefined : "value does not look like a valid IPv4 address"),
  ipv6: (value) => (isIPv6(value) ? undefined : "value does not look like a valid IPv6 address"),
  CIDRv4: (value) =>
    cidrOf(4, value) ? undefined : "value does not look like a valid IPv4 CIDR network",
  CIDRv6: (value) =>
    cidrOf(6, value) ? undefined : "value does not look like a valid IPv6 CIDR network",
  "pve-storage-content": (value) =>
    ["backup", "images", "import", "iso", "none", "rootdir", "snippets", "vztmpl"].includes(value)
      ? undefined
      : `invalid content type '${value}'`,
  "disk-size": matching(/^\d+(\.\d+)?[KMGT]?$/, "value does not look like a valid disk size"),
};

/** Splits a list as Proxmox does: comma, semicolon, NUL or blanks. */
export function splitList(value: string): string[] {
  return value.split(/[,;\0\s]+/).filter((item) => item !== "");
}

/** True for formats whose repeated keys are joined by a comma. */
export function isListFormat(format: string | undefined): boolean {
  return format !== undefined && format.endsWith("-list");
}

/**
 * Checks a value against a named format.
 * @throws when the format is unknown: a route with a misspelt format must not accept everything.
 */
export function checkFormat(format: string, value: string): string | undefined {
  if (isListFormat(format)) {
    const item = format.slice(0, -"-list".length);
    for (const part of splitList(value)) {
      const wrong = checkFormat(item, part);
      if (wrong) return wrong;
    }
    return undefined;
  }
  if (format === "string") return undefined;
  const check = FORMATS[format];
  if (!check) throw new Error(`format "${format}": not defined; known are those of formats.ts`);
  const wrong = check(value);
  return wrong === undefined ? undefined : `invalid format - ${wrong}`;
}
