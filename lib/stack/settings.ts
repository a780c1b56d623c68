import type { AlbSettings } from "../haproxy/albSettings";

/** Storage drivers that an app node's Docker may use. */
export const STORAGE_DRIVERS = ["overlay2", "fuse-overlayfs"] as const;
export type StorageDriver = (typeof STORAGE_DRIVERS)[number];

/** Ways a load balancer can behave; the first is the default. */
export const PROFILE_NAMES = ["tuned", "alb-default", "plain"] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** When the private subnet may reach the internet: always, or only while packages are installed. */
export const NAT_MODES = ["always", "provisioning"] as const;
export type NatMode = (typeof NAT_MODES)[number];

/** Everything the program is told, checked. Addresses are plain text, subnets in CIDR form. */
export interface Settings {
  proxmox: {
    endpoint: string;
    nodeName: string;
    storage: string;
    template: string;
  };
  ssh: { host: string; port: number; user: string; hostKey: string };
  lan: { bridge: string; cidr: string; gateway: string };
  privateNetwork: { bridge: string; cidr: string; gateway: string };
  loadBalancer: CtSettings & { lanAddress: string; profile: ProfileName; alb: AlbSettings };
  appNodes: (CtSettings & { storageDriver: StorageDriver })[];
  database: CtSettings;
  /** What the lab may count on, the Proxmox node's own share and backups included. */
  budget: { memoryMiB: number; diskGiB: number };
  /** When the private subnet reaches the internet. */
  nat: NatMode;
  /** Whether the Proxmox firewall guards the CTs as well. */
  proxmoxFirewall: boolean;
  /** Whether the database's CT can be neither deleted nor replaced. */
  databaseDeletionProtection: boolean;
  /** CTs that were built anew, by name. */
  builds: Readonly<Record<string, CtBuild>>;
  nameserver: string;
  aptProxy?: string;
  appImageContext: string;
}

/** The build of a CT that replaced an earlier one. */
export interface CtBuild {
  /** Volume id of the template. */
  template: string;
  /** Counts the builds, 1 for the first that replaced a CT. */
  generation: number;
  /** The database's CT only: its dump, a file on the Proxmox node that is restored in the new CT. */
  restore?: string;
}

export interface CtSettings {
  /** Host name, and the name that the load balancer's `X-Backend` shows. */
  name: string;
  vmid: number;
  /** In the private subnet. */
  address: string;
  memoryMiB: number;
  diskGiB: number;
}

/** What the Proxmox node keeps of the budget for itself, and what backups may take. */
export const HOST_MEMORY_MIB = 896;
export const HOST_DISK_GIB = 12;
export const BACKUP_DISK_GIB = 8;

export const MAX_APP_NODES = 20;
/** Port of the web service on an app node, and of its container: they must be equal. */
export const APP_PORT = 3000;
export const DATABASE_PORT = 5432;
export const LISTENER_PORT = 80;
export const STATS_PORT = 8404;
/** Port of every CT's SSH server, which answers to the Proxmox node only. */
export const SSH_PORT = 22;

const TEXT_KEYS = [
  "proxmoxEndpoint",
  "proxmoxNode",
  "sshHost",
  "sshUser",
  "sshHostKey",
  "storage",
  "template",
  "lanBridge",
  "lanCidr",
  "lanGateway",
  "lbLanAddress",
  "privateBridge",
  "privateCidr",
  "privateGateway",
  "nat",
  "lbPrivateAddress",
  "lbProfile",
  "appAddressStart",
  "dbAddress",
  "nameserver",
  "appImageContext",
] as const;

/** The two files are for ./lab, which puts them into the environment: nothing of a machine is in the state. */
const OPTIONAL_KEYS = [
  "proxmoxApiToken",
  "proxmoxCaFile",
  "sshPrivateKeyFile",
  "aptProxy",
] as const;

const NUMBER_KEYS = [
  "sshPort",
  "vmidLb",
  "vmidAppStart",
  "vmidDb",
  "appNodeCount",
  "lbMemoryMiB",
  "appMemoryMiB",
  "dbMemoryMiB",
  "lbDiskGiB",
  "appDiskGiB",
  "dbDiskGiB",
  "memoryBudgetMiB",
  "diskBudgetGiB",
] as const;

const BOOLEAN_KEYS = ["proxmoxFirewall", "databaseDeletionProtection"] as const;

export type TextKey = (typeof TEXT_KEYS)[number];
export type NumberKey = (typeof NUMBER_KEYS)[number];
export type BooleanKey = (typeof BOOLEAN_KEYS)[number];

/** Every key of the configuration; Pulumi.yaml describes each and holds the defaults. */
export const CONFIG_KEYS: readonly string[] = [
  ...TEXT_KEYS,
  ...OPTIONAL_KEYS,
  ...NUMBER_KEYS,
  ...BOOLEAN_KEYS,
  "appStorageDrivers",
  "builds",
  "loadBalancer",
];
export const TEXT_CONFIG_KEYS: readonly TextKey[] = TEXT_KEYS;
export const NUMBER_CONFIG_KEYS: readonly NumberKey[] = NUMBER_KEYS;
