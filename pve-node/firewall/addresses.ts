import { isIP } from "node:net";

/** `dc/` names what all guests share, `guest/` what is the guest's own. */
export const aliasName = /^(?:(?:dc|guest)\/)?[A-Za-z][A-Za-z0-9\-_]+$/;
export const setName = /^\+(?:(?:dc|guest)\/)?[A-Za-z][A-Za-z0-9\-_]+$/;

/** 4 or 6 for an address or a network, 0 for anything else. */
export function familyOf(text: string): 0 | 4 | 6 {
  const [address = "", length, more] = text.split("/");
  const family = isIP(address) as 0 | 4 | 6;
  if (family === 0 || more !== undefined) return 0;
  if (length === undefined) return family;
  return /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128) ? family : 0;
}

/** What is wrong with a rule's source or destination; undefined when nothing is. */
export function addressWrong(value: string): string | undefined {
  if (aliasName.test(value) || setName.test(value)) return undefined;
  const items = value.split(",").map((item) => item.trim());
  for (const item of items.flatMap((item) => (item.includes("-") ? item.split("-") : [item]))) {
    if (familyOf(item) !== 0) continue;
    const quad = item
      .split("/")[0]!
      .split(".")
      .find((octet) => Number(octet) > 255);
    if (/^[\d.]+(?:\/\d+)?$/.test(item) && quad !== undefined)
      return `invalid IP address: Invalid quad in IP address ${item} - ${quad}`;
    return `invalid IP address: Cannot determine IP version for ${item}`;
  }
  return undefined;
}

/** What is wrong with a port, a range or a list of them. */
export function portsWrong(value: string): string | undefined {
  const inRange = (port: string) => /^\d{1,5}$/.test(port) && Number(port) <= 65535;
  for (const item of value.split(",")) {
    const [from = "", to, more] = item.split(":");
    // Names are those of /etc/services.
    if (to === undefined && (inRange(from) || /^[a-z][a-z0-9-]*$/i.test(from))) continue;
    if (to === undefined) return `invalid port '${item}'`;
    const ordered = inRange(from) && inRange(to) && Number(from) <= Number(to);
    if (!ordered || more !== undefined) return `invalid port range '${item}'`;
  }
  return undefined;
}
