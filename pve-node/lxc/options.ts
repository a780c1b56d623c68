import { isIP } from "node:net";
import { featuresSchema, startupSchema } from "../codec/features";
import { mountPointSchema, rootfsSchema } from "../codec/mountPoint";
import { netSchema } from "../codec/net";
import { parseProperties, PropertyError, type PropertySchema } from "../codec/propertyString";
import { volumeIdError, volumeIdFormat } from "../codec/volume";
import type { ParamSchema } from "../contract";

/** Says what is wrong with a property string, in Proxmox's words. */
export const propertyCheck =
  (schema: PropertySchema) =>
  (value: string, name: string): string | undefined => {
    try {
      parseProperties(value, schema);
      return undefined;
    } catch (error) {
      if (!(error instanceof PropertyError)) throw error;
      const [first = ""] = error.details;
      if (!/^[\w-]+: /.test(first)) return `invalid format - ${first}`; // of the list, not of one key
      const details = error.details.map((text) => `${name}.${text}`);
      return `invalid format - format error\n${details.join("\n")}`;
    }
  };

/** Proxmox says of a start order only that it is none. */
const startupCheck = (value: string): string | undefined =>
  propertyCheck(startupSchema)(value, "startup") &&
  "invalid format - unable to parse startup options";

const text = (more: Partial<ParamSchema> = {}): ParamSchema => ({
  type: "string",
  optional: true,
  ...more,
});
const flag: ParamSchema = { type: "boolean", optional: true };
const range = (minimum: number, maximum?: number): ParamSchema => ({
  type: "integer",
  optional: true,
  minimum,
  ...(maximum !== undefined && { maximum }),
});

const addressList = (value: string): string | undefined =>
  value
    .split(/[\s,;]+/)
    .filter(Boolean)
    .every((address) => isIP(address.replace(/%.*$/, "")))
    ? undefined
    : "invalid format - value does not look like a valid IP address";

/** `host` is the node's own time zone. */
function zoneCheck(value: string): string | undefined {
  try {
    if (value !== "host") new Intl.DateTimeFormat("en", { timeZone: value });
    if (/^[A-Z][A-Za-z0-9_+/-]*$|^host$/.test(value)) return undefined;
  } catch {
    // The name of none.
  }
  return `invalid format - invalid time zone '${value}'`;
}

const locks =
  "backup create destroyed disk fstrim migrate mounted rollback snapshot snapshot-delete";
const osTypes =
  "debian devuan ubuntu centos fedora opensuse archlinux alpine gentoo nixos unmanaged";

/** Options of a CT's configuration: what create, update and `pct set` take. */
export const configOptions: Record<string, ParamSchema> = {
  arch: text({ enum: ["amd64", "i386", "arm64", "armhf", "riscv32", "riscv64"] }),
  cmode: text({ enum: ["shell", "console", "tty"] }),
  console: flag,
  cores: range(1, 8192),
  cpulimit: { type: "number", optional: true, minimum: 0, maximum: 8192 },
  cpuunits: range(0, 500_000),
  debug: flag,
  description: text({ maxLength: 8192, multiline: true }),
  entrypoint: text({ pattern: /^[^\0\n]*$/ }),
  features: text({ check: propertyCheck(featuresSchema) }),
  hookscript: text({ check: volumeIdError }),
  hostname: text({ format: "dns-name", maxLength: 255 }),
  lock: text({ enum: locks.split(" ") }),
  memory: range(16),
  nameserver: text({ check: addressList }),
  onboot: flag,
  ostype: text({ enum: osTypes.split(" ") }),
  protection: flag,
  rootfs: text({ check: propertyCheck(rootfsSchema) }),
  searchdomain: text({ format: "dns-name-list" }),
  startup: text({ check: startupCheck }),
  swap: range(0),
  tags: text({ format: "pve-tag-list" }),
  template: flag,
  timezone: text({ check: zoneCheck }),
  tty: range(0, 6),
  unprivileged: flag,
};

/** Numbered options: net0…net31, mp0…mp255. */
export const numberedOptions: { match: RegExp; schema: ParamSchema }[] = [
  { match: /^net(?:[12]?\d|3[01])$/, schema: text({ check: propertyCheck(netSchema) }) },
  {
    match: /^mp(?:1?\d?\d|2[0-4]\d|25[0-5])$/,
    schema: text({ check: propertyCheck(mountPointSchema) }),
  },
  {
    match: /^dev(?:1?\d?\d|2[0-4]\d|25[0-5])$/,
    schema: text({ pattern: /^(?:path=)?\/dev\/[\w/.-]+(?:,[\w-]+=[\w.-]+)*$/ }),
  },
  {
    match: /^unused(?:1?\d?\d|2[0-4]\d|25[0-5])$/,
    schema: text({ check: volumeIdFormat }),
  },
];

/** Parameters that only creation takes. */
export const createOptions: Record<string, ParamSchema> = {
  vmid: { type: "integer", format: "pve-vmid" },
  ostemplate: { type: "string", maxLength: 255 },
  bwlimit: { type: "number", optional: true, minimum: 0 },
  force: flag,
  "ha-managed": flag,
  "ignore-unpack-errors": flag,
  password: text({ minLength: 5 }),
  pool: text({ format: "pve-poolid" }),
  restore: flag,
  "ssh-public-keys": text({ multiline: true }),
  start: flag,
  storage: text({ format: "pve-storage-id", default: "local" }),
  unique: { ...flag, requires: "restore" },
};

/** True for an option that a configuration may hold, numbered ones included. */
export function isConfigOption(key: string): boolean {
  return Object.hasOwn(configOptions, key) || numberedOptions.some(({ match }) => match.test(key));
}

type Value = string | number | boolean;

/** Options as the configuration file spells them; anything that is no option is left out. */
export function optionTexts(params: Record<string, Value>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(params)) {
    if (!isConfigOption(key) || key === "description") continue;
    result[key] = typeof value === "boolean" ? (value ? "1" : "0") : String(value);
  }
  if (result.tags !== undefined) result.tags = normalTags(result.tags);
  for (const key of ["nameserver", "searchdomain"])
    if (result[key] !== undefined)
      result[key] = result[key]
        .split(/[\s,;]+/)
        .filter(Boolean)
        .join(" ");
  return result;
}

/** Lower case, each once, sorted. */
export function normalTags(tags: string): string {
  const names = tags
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  return [...new Set(names)].sort().join(";");
}

/** A description as the configuration keeps it: with one newline at its end; an empty one is none. */
export const storedDescription = (value: string) =>
  value === "" ? "" : `${value.replace(/\n$/, "")}\n`;
