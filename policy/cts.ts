import type { PolicyResource } from "@pulumi/policy";
import { asList, asNumber, asProps, asText, propsOf, UNKNOWN, type Plain } from "./plain";

/** CTs of the provider's versions 6 to 8; all have the same properties. */
const CONTAINER_TYPE =
  /^proxmoxve:(CT\/container:Container|index\/container:Container|index\/containerLegacy:ContainerLegacy)$/;

export const isContainer = (type: string): boolean => CONTAINER_TYPE.test(type);

/** Guests of any other kind: VMs, and whatever another provider for Proxmox makes. */
const OTHER_GUEST =
  /^(proxmoxve|proxmox|pve|proxmox-ve|lxd|libvirt|incus)[^:]*:.*(vm|lxc|ct|container|qemu|machine|domain|instance|guest)[^:]*:/i;
/** What belongs to a guest or to the node and is none itself. */
const NO_GUEST =
  /^proxmoxve:(firewall|network|storage|cluster|node|user|realm|sdn|backup|metrics|hardware|apt|acme|pool|download|config|oci)\//i;

/** True for a guest that policies do not read. */
export const isOtherGuest = (type: string): boolean =>
  !isContainer(type) && OTHER_GUEST.test(type) && !NO_GUEST.test(type);

/** What the provider takes where a program says nothing. */
const PROVIDER_DEFAULTS = { bridge: "vmbr0", memoryMiB: 512, diskGiB: 4 };

export interface ContainerInterface {
  name: string;
  /** Undefined while unknown. */
  bridge: string | undefined;
  /** IPv4 address without its prefix; undefined while unknown, and with DHCP. */
  address: string | undefined;
  /** The address as it is written, `10.10.10.11/24`. */
  cidr: string | undefined;
  gateway: string | undefined;
  /** In capital letters; undefined where Proxmox chooses it. */
  macAddress: string | undefined;
}

/** A CT as policies see it. */
export interface Container {
  urn: string;
  /** Name of the resource. */
  name: string;
  /** `CT 111 "app1"`, for messages. */
  label: string;
  /** Undefined while unknown. */
  vmid: number | undefined;
  /** Undefined while unknown, and where the provider chooses it. */
  hostname: string | undefined;
  tags: string[];
  interfaces: ContainerInterface[];
  /** Undefined while unknown. */
  unprivileged: boolean | undefined;
  memoryMiB: number | undefined;
  diskGiB: number | undefined;
}

/** All CTs that a stack declares. */
export function containersOf(resources: PolicyResource[]): Container[] {
  const found = resources.filter(({ type }) => isContainer(type));
  return found.map(({ urn, name, props }) => containerOf(urn, name, props));
}

/** The CT whose resource has this one's host name, where this one's has another: they are swapped. */
export function namesakeOf(
  { hostname, name, urn }: Container,
  containers: Container[],
): Container | undefined {
  const base = (text: string) => text.replace(/-(ct|container|lxc)$/, "");
  if (hostname === undefined || base(name) === hostname) return undefined;
  const other = containers.find((one) => one.urn !== urn && base(one.name) === hostname);
  // Where both have it, it is no swap, and the name is there twice.
  return other?.hostname === hostname ? undefined : other;
}

/** Reads one CT's properties. */
export function containerOf(urn: string, resourceName: string, properties: unknown): Container {
  const props = propsOf(properties);
  const initialization = asProps(props.initialization);
  const vmid = asNumber(props.vmId);
  const hostname = asText(initialization.hostname);
  const ipConfigs = asList(initialization.ipConfigs);
  const tags = asList(props.tags).map(asText);
  return {
    urn,
    name: resourceName,
    vmid,
    label: `CT ${vmid ?? "(vmid not known yet)"} ${JSON.stringify(hostname ?? resourceName)}`,
    hostname,
    tags: tags.filter((tag) => tag !== undefined),
    interfaces: asList(props.networkInterfaces).map((nic, i) => interfaceOf(nic, ipConfigs[i])),
    unprivileged: unknownOr(props.unprivileged, (value) => value === true),
    memoryMiB: unknownOr(asProps(props.memory).dedicated, (value) => {
      return asNumber(value) ?? PROVIDER_DEFAULTS.memoryMiB;
    }),
    diskGiB: diskOf(props.disk, props.mountPoints),
  };
}

function interfaceOf(nic: Plain, ipConfig: Plain): ContainerInterface {
  const { name, bridge, macAddress } = asProps(nic);
  const ipv4 = asProps(asProps(ipConfig).ipv4);
  const written = asText(ipv4.address);
  const cidr = written === "dhcp" ? undefined : written;
  return {
    name: asText(name) ?? "(unnamed)",
    bridge:
      nic === UNKNOWN
        ? undefined
        : unknownOr(bridge, (value) => asText(value) || PROVIDER_DEFAULTS.bridge),
    address: cidr?.split("/")[0],
    cidr,
    gateway: asText(ipv4.gateway) || undefined,
    macAddress: asText(macAddress)?.toUpperCase(),
  };
}

/** Root file system and mount points together; undefined as soon as one size is unknown. */
function diskOf(disk: Plain, mountPoints: Plain): number | undefined {
  if (disk === UNKNOWN || mountPoints === UNKNOWN) return undefined;
  const root = Array.isArray(disk) ? disk[0] : disk;
  let sum = unknownOr(asProps(root).size, (value) => asNumber(value) ?? PROVIDER_DEFAULTS.diskGiB);
  for (const point of asList(mountPoints)) {
    const size = unknownOr(asProps(point).size, sizeGiB);
    sum = sum === undefined || size === undefined ? undefined : sum + size;
  }
  return sum;
}

/** `8G`, `512M`, `1T`; bind mounts have no size and take nothing. */
function sizeGiB(value: Plain): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(asText(value) ?? "");
  const unit = { K: 1 / 1024 ** 2, M: 1 / 1024, G: 1, T: 1024 }[match?.[2] ?? ""];
  return match ? Number(match[1]) * (unit ?? 1 / 1024 ** 3) : 0;
}

function unknownOr<T>(value: Plain, read: (value: Plain) => T): T | undefined {
  return value === UNKNOWN ? undefined : read(value);
}
