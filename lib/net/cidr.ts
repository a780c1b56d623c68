/** IPv4 arithmetic on dotted strings. Invalid text gives `undefined`, so that callers say what is wrong. */

export interface Cidr {
  /** First address of the subnet as a number. */
  network: number;
  prefix: number;
}

/**
 * The number behind `10.10.10.1`, or undefined when the text is no IPv4 address. Leading zeros are
 * refused: some programs read such a number as octal.
 */
export function parseAddress(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255) || /(^|\.)0\d/.test(text)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** The subnet behind `10.10.10.0/24`; host bits are cleared. A prefix has no leading zeros, as a number has none. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", bits = "", rest] = text.split("/");
  const value = parseAddress(address);
  const prefix = Number(bits);
  if (value === undefined || rest !== undefined || !/^(0|[1-9]\d?)$/.test(bits) || prefix > 32) {
    return undefined;
  }
  return { network: value - (value % 2 ** (32 - prefix)), prefix };
}

export function contains(cidr: Cidr, address: number): boolean {
  return address >= cidr.network && address < cidr.network + 2 ** (32 - cidr.prefix);
}

/** True for an address that a machine may have: inside, and neither the first nor the last one. */
export function isHost(cidr: Cidr, address: number): boolean {
  const last = cidr.network + 2 ** (32 - cidr.prefix) - 1;
  return address > cidr.network && address < last;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b.network) || contains(b, a.network);
}

/** `address` moved by `count`: the n-th node's address. */
export function addAddress(address: string, count: number): string {
  return formatAddress((parseAddress(address) ?? 0) + count);
}

/** `10.10.10.11` in `10.10.10.0/24` as `10.10.10.11/24`. */
export function withPrefix(address: string, cidr: string): string {
  return `${address}/${cidr.split("/")[1]}`;
}

/** Address and port behind `http://10.10.10.1:3142`; undefined for a host that is named, or none. */
export function parseHostPort(url: string): { address: string; port: number } | undefined {
  const [, address = "", port = "80"] = /^http:\/\/([\d.]+)(?::(\d+))?\/?$/.exec(url) ?? [];
  return parseAddress(address) === undefined ? undefined : { address, port: Number(port) };
}
