import { addAddress } from "../net/cidr";
import { formatProblems } from "./formats";
import type { RawConfig } from "./rawConfig";
import { readBuilds } from "./readBuilds";
import { readLoadBalancer } from "./readLoadBalancer";
import { reachProblems } from "./reachRules";
import { addressProblems, budgetProblems, duplicateProblems } from "./settingsRules";
import type {
  BooleanKey,
  NatMode,
  NumberKey,
  ProfileName,
  Settings,
  StorageDriver,
  TextKey,
} from "../stack/settings";
import {
  STORAGE_DRIVERS,
  CONFIG_KEYS,
  MAX_APP_NODES,
  NUMBER_CONFIG_KEYS,
  TEXT_CONFIG_KEYS,
} from "../stack/settings";

export type Checked =
  { settings: Settings; problems: [] } | { settings?: never; problems: string[] };

/** Smallest and largest value of each number, where it has limits of its own. */
const RANGES: Partial<Record<NumberKey, [number, number]>> = {
  sshPort: [1, 65535],
  vmidLb: [100, 999999999],
  vmidAppStart: [100, 999999999],
  vmidDb: [100, 999999999],
  appNodeCount: [1, MAX_APP_NODES],
  lbMemoryMiB: [128, 65536],
  appMemoryMiB: [384, 65536],
  dbMemoryMiB: [256, 65536],
  lbDiskGiB: [2, 8192],
  appDiskGiB: [4, 8192],
  dbDiskGiB: [2, 8192],
};

/** Typed settings, or every problem found at once; never both. */
export function checkConfig(raw: RawConfig): Checked {
  const problems = unknownKeys(raw);
  const text = {} as Record<TextKey, string>;
  for (const key of TEXT_CONFIG_KEYS) {
    text[key] = (raw[key] ?? "").trim();
    if (text[key] === "")
      problems.push(`${key}: is missing; set it with: pulumi config set ${key}`);
  }
  const number = {} as Record<NumberKey, number>;
  for (const key of NUMBER_CONFIG_KEYS) number[key] = readNumber(key, raw[key], problems);
  const boolean = (key: BooleanKey) => readBoolean(key, raw[key], problems);
  const switches = {
    proxmoxFirewall: boolean("proxmoxFirewall"),
    databaseDeletionProtection: boolean("databaseDeletionProtection"),
  };
  const builds = readBuilds(raw.builds, problems);
  const drivers = readDrivers(raw.appStorageDrivers, problems);
  problems.push(...formatProblems(text, raw));
  // Rules across keys would only repeat what is wrong with a single one.
  if (problems.length > 0) return { problems };
  const settings = { ...compose(text, number, drivers, raw), ...switches, builds };
  const appNodes = settings.appNodes.map(({ name }) => name);
  const { profile } = settings.loadBalancer;
  const alb = readLoadBalancer(raw.loadBalancer, { appNodes, profile }, problems);
  if (problems.length > 0) return { problems };
  settings.loadBalancer.alb = alb;
  const crossed = [
    ...addressProblems(settings),
    ...reachProblems(settings),
    ...duplicateProblems(settings),
    ...budgetProblems(settings),
  ];
  return crossed.length > 0 ? { problems: crossed } : { settings, problems: [] };
}

function unknownKeys(raw: RawConfig): string[] {
  return Object.keys(raw)
    .filter((key) => !CONFIG_KEYS.includes(key))
    .map((key) => `${key}: is no configuration key, got a value; Pulumi.yaml lists the keys`);
}

function readNumber(key: NumberKey, value: string | undefined, problems: string[]): number {
  const read = Number(value);
  const [least, most] = RANGES[key] ?? [1, Number.MAX_SAFE_INTEGER];
  if (value === undefined || !/^(0|-?[1-9]\d*)$/.test(value.trim())) {
    problems.push(`${key}: must be a whole number, got ${JSON.stringify(value ?? "nothing")}`);
  } else if (read < least || read > most) {
    problems.push(`${key}: is out of range, got ${read}; allowed are ${least} to ${most}`);
  }
  return read;
}

function readBoolean(key: BooleanKey, value: string | undefined, problems: string[]): boolean {
  if (value !== "true" && value !== "false") {
    problems.push(`${key}: must be true or false, got ${JSON.stringify(value ?? "nothing")}`);
  }
  return value === "true";
}

function readDrivers(value: string | undefined, problems: string[]): StorageDriver[] {
  const allowed = `a list of ${STORAGE_DRIVERS.join(" or ")} with at least one entry`;
  let read: unknown;
  try {
    read = JSON.parse(value ?? "[]");
  } catch {
    problems.push(
      `appStorageDrivers: is no list, got ${JSON.stringify(value)}; allowed is ${allowed}`,
    );
    return [];
  }
  const known: readonly unknown[] = STORAGE_DRIVERS;
  if (!Array.isArray(read) || read.length === 0 || !read.every((item) => known.includes(item))) {
    problems.push(`appStorageDrivers: is not valid, got ${value}; allowed is ${allowed}`);
    return [];
  }
  return read as StorageDriver[];
}

function compose(
  text: Record<TextKey, string>,
  number: Record<NumberKey, number>,
  drivers: StorageDriver[],
  raw: RawConfig,
): Omit<Settings, BooleanKey | "builds"> {
  const { memory, disk } = {
    memory: { lb: number.lbMemoryMiB, app: number.appMemoryMiB, db: number.dbMemoryMiB },
    disk: { lb: number.lbDiskGiB, app: number.appDiskGiB, db: number.dbDiskGiB },
  };
  const last = drivers[drivers.length - 1] ?? "overlay2";
  return {
    proxmox: {
      endpoint: text.proxmoxEndpoint,
      nodeName: text.proxmoxNode,
      storage: text.storage,
      template: text.template,
    },
    ssh: {
      host: text.sshHost,
      port: number.sshPort,
      user: text.sshUser,
      hostKey: text.sshHostKey,
    },
    lan: { bridge: text.lanBridge, cidr: text.lanCidr, gateway: text.lanGateway },
    privateNetwork: {
      bridge: text.privateBridge,
      cidr: text.privateCidr,
      gateway: text.privateGateway,
    },
    loadBalancer: {
      name: "lb",
      vmid: number.vmidLb,
      address: text.lbPrivateAddress,
      lanAddress: text.lbLanAddress,
      profile: text.lbProfile as ProfileName,
      alb: {},
      memoryMiB: memory.lb,
      diskGiB: disk.lb,
    },
    appNodes: Array.from({ length: number.appNodeCount }, (_, i) => ({
      name: `app${i + 1}`,
      vmid: number.vmidAppStart + i,
      address: addAddress(text.appAddressStart, i),
      memoryMiB: memory.app,
      diskGiB: disk.app,
      storageDriver: drivers[i] ?? last,
    })),
    database: {
      name: "db",
      vmid: number.vmidDb,
      address: text.dbAddress,
      memoryMiB: memory.db,
      diskGiB: disk.db,
    },
    budget: { memoryMiB: number.memoryBudgetMiB, diskGiB: number.diskBudgetGiB },
    nat: text.nat as NatMode,
    nameserver: text.nameserver,
    aptProxy: raw.aptProxy || undefined,
    appImageContext: text.appImageContext,
  };
}
