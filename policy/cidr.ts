/** An IPv4 subnet. */
export interface Cidr {
  network: number;
  prefix: number;
}

/** The address as a number; undefined when it is no IPv4 address. */
export function addressNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** `10.10.10.1/24`, whatever its host part; a bare address is a subnet of its own. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", prefixText = "32", ...rest] = text.split("/");
  const value = addressNumber(address);
  const prefix = Number(prefixText);
  if (value === undefined || rest.length || !/^\d+$/.test(prefixText) || prefix > 32) {
    return undefined;
  }
  const size = 2 ** (32 - prefix);
  return { network: Math.floor(value / size) * size, prefix };
}

export function contains({ network, prefix }: Cidr, address: string): boolean {
  const value = addressNumber(address);
  return value !== undefined && value >= network && value < network + 2 ** (32 - prefix);
}

/** True for the first and the last address, which no host may have. */
export function isReserved({ network, prefix }: Cidr, address: string): boolean {
  const value = addressNumber(address);
  return prefix < 31 && (value === network || value === network + 2 ** (32 - prefix) - 1);
}
