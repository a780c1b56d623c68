import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";

/** Values of one stack, by their full key, e.g. `homelab:appNodeCount`. */
export type StackValues = Record<string, unknown>;

/** A stack configuration file as Pulumi writes it. */
export interface StackFile {
  config: StackValues;
  /** Pulumi's own, made by `stack init`; never in a committed file. */
  encryptionsalt?: string;
}

const namespace = "homelab";

/** What only this machine knows: where the embedded node is and how it is reached. */
export function machineValues(node: EmbeddedNode): StackValues {
  const values: Record<string, string | number | undefined> = {
    proxmoxEndpoint: node.apiUrl,
    proxmoxNode: node.node,
    sshHost: node.sshHost,
    sshPort: node.sshPort,
    sshUser: node.sshUser,
    sshHostKey: node.sshHostKey,
    storage: node.storage,
    template: node.template,
    lanBridge: node.lanBridge,
    lanCidr: node.lanCidr,
    lanGateway: node.lanGateway,
    lbLanAddress: node.lbLanAddress,
    privateBridge: node.privateBridge,
    nameserver: node.nameserver,
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      // Pulumi stores every plain value as text; a number would differ from its own writing of it.
      .map(([key, value]) => [`${namespace}:${key}`, String(value)]),
  );
}

/** The project's default for `privateGateway`; a test keeps it equal to Pulumi.yaml. */
export const defaultPrivateGateway = "10.10.10.1";

/**
 * The working copy of a stack's configuration, and what of it is the machine's.
 *
 * A value of the user's stays: one set with `pulumi config set` (it differs from what the last merge
 * put there), and one of the committed file. What they leave open is the machine's. The package cache
 * is where the private subnet's gateway is.
 */
export function mergeValues(from: {
  working: StackValues;
  /** The committed values at the last merge. */
  lastCommitted: StackValues;
  /** The machine's at the last merge; undefined for a lab of a version that did not keep them. */
  lastMachine?: StackValues;
  committed: StackValues;
  machine: StackValues;
  /** Port of the machine's package cache, if it has one. */
  packageCachePort?: number;
}): { values: StackValues; machine: StackValues } {
  const { lastCommitted, lastMachine, committed, packageCachePort } = from;
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const proxy = `${namespace}:aptProxy`;
  const isMachines = ([key, value]: [string, unknown]) =>
    lastMachine ? same(value, lastMachine[key]) : key in from.machine || key === proxy;
  const set = Object.fromEntries(
    Object.entries(from.working).filter(
      (entry) => !same(entry[1], lastCommitted[entry[0]]) && !isMachines(entry),
    ),
  );
  const users = { ...committed, ...set };
  const machine = { ...from.machine };
  if (packageCachePort) {
    const own = users[`${namespace}:privateGateway`];
    const gateway = typeof own === "string" ? own : defaultPrivateGateway;
    machine[proxy] = `http://${gateway}:${packageCachePort}`;
  }
  return { values: { ...machine, ...users }, machine };
}
