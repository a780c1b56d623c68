import type { PolicyResource } from "@pulumi/policy";
import { policyResource } from "../support/policyArgs";

export interface CtOptions {
  name: string;
  vmid: number;
  tag: string;
  /** Bridge and address of each interface, eth0 first. */
  interfaces: [bridge: unknown, cidr: unknown][];
  memoryMiB?: unknown;
  diskGiB?: unknown;
  unprivileged?: unknown;
  parent?: PolicyResource;
}

/** A CT with the properties that the program gives it. */
export function ct(options: CtOptions): PolicyResource {
  const {
    name,
    vmid,
    tag,
    interfaces,
    memoryMiB = 512,
    diskGiB = 8,
    unprivileged = true,
  } = options;
  return policyResource({
    type: "proxmoxve:index/containerLegacy:ContainerLegacy",
    name: `${name}-ct`,
    parent: options.parent,
    props: {
      vmId: vmid,
      tags: ["homelab", tag],
      unprivileged,
      memory: { dedicated: memoryMiB, swap: 0 },
      disk: { datastoreId: "local", size: diskGiB },
      networkInterfaces: interfaces.map(([bridge], i) => ({ name: `eth${i}`, bridge })),
      initialization: {
        hostname: name,
        ipConfigs: interfaces.map(([, address]) => ({ ipv4: { address } })),
      },
    },
  });
}

export const lb = (changes: Partial<CtOptions> = {}) =>
  ct({
    name: "lb",
    vmid: 110,
    tag: "lb",
    memoryMiB: 256,
    diskGiB: 4,
    interfaces: [
      ["vmbr0", "192.168.1.10/24"],
      ["vmbr1", "10.10.10.10/24"],
    ],
    ...changes,
  });

export const app = (number: number, changes: Partial<CtOptions> = {}) =>
  ct({
    name: `app${number}`,
    vmid: 110 + number,
    tag: "app",
    unprivileged: false,
    interfaces: [["vmbr1", `10.10.10.${10 + number}/24`]],
    ...changes,
  });

export const db = (changes: Partial<CtOptions> = {}) =>
  ct({
    name: "db",
    vmid: 150,
    tag: "db",
    memoryMiB: 640,
    diskGiB: 10,
    interfaces: [["vmbr1", "10.10.10.50/24"]],
    ...changes,
  });

export const privateBridge = (name = "vmbr1") =>
  policyResource({
    type: "proxmoxve:network/linux/bridge:Bridge",
    name: "network-private",
    props: { name, address: "10.10.10.1/24" },
  });

let commands = 0;

/** A script over SSH on the host with this address, behind the commands it depends on. */
export const command = (
  host: unknown,
  create: unknown,
  parent?: PolicyResource,
  dependencies?: PolicyResource[],
) =>
  policyResource({
    type: "command:remote:Command",
    name: `command-${(commands += 1)}`,
    parent,
    dependencies,
    props: { connection: typeof host === "object" ? host : { host, user: "root" }, create },
  });
