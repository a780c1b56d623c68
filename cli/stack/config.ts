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
    aptProxy: node.aptProxy,
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      // Pulumi stores every plain value as text; a number would differ from its own writing of it.
      .map(([key, value]) => [`${namespace}:${key}`, String(value)]),
  );
}

/**
 * The working copy of a stack's configuration.
 *
 * A value set with `pulumi config set` (it differs from the committed one of last time) stays; a
 * committed value that changed or went away follows the committed file; the machine's values win.
 */
export function mergeValues(from: {
  working: StackValues;
  /** The committed values at the last merge. */
  lastCommitted: StackValues;
  committed: StackValues;
  machine: StackValues;
}): StackValues {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const own = Object.entries(from.working).filter(
    ([key, value]) => !same(value, from.lastCommitted[key]),
  );
  const merged = { ...from.committed, ...Object.fromEntries(own), ...from.machine };
  // The engine keeps the whole configuration in the state: files of this machine are in the environment.
  for (const key of ["proxmoxCaFile", "sshPrivateKeyFile"]) delete merged[`${namespace}:${key}`];
  return merged;
}

/**
 * Reads a committed `Pulumi.<stack>.yaml`: under `config:` keys with a plain, quoted or `[a, b]`
 * value, or with `- item` lines. That is all such a file of ours needs.
 *
 * @throws when a line is of another form, with its number.
 */
export function parseStackYaml(file: string, text: string): StackValues {
  const values: StackValues = {};
  let inConfig = false;
  let list: unknown[] | undefined;
  text.split("\n").forEach((raw, index) => {
    const line = raw.replace(/(^|\s)#.*$/, "").trimEnd();
    if (line === "") return;
    const top = /^([A-Za-z]+):\s*(.*)$/.exec(line);
    const item = /^\s+- (\S.*)$/.exec(line);
    const entry = /^\s+([\w-]+:[\w-]+):\s*(.*)$/.exec(line);
    if (top && (top[1] !== "config" || top[2] === "" || top[2] === "{}")) {
      inConfig = top[1] === "config";
      list = undefined;
    } else if (item && list) {
      list.push(scalarOf(item[1]!) ?? fail(file, index, raw));
    } else if (entry && inConfig) {
      list = entry[2] === "" ? [] : undefined;
      values[entry[1]!] = list ?? scalarOf(entry[2]!) ?? fail(file, index, raw);
    } else if (inConfig || !/^\s/.test(raw)) {
      fail(file, index, raw);
    }
  });
  return values;
}

function scalarOf(text: string): string | string[] | undefined {
  const list = /^\[(.*)\]$/.exec(text);
  if (list) {
    const items = list[1]!.trim() === "" ? [] : list[1]!.split(",");
    return items.map((item) => unquoted(item.trim()));
  }
  return /^[{&*!|>%@`[]/.test(text) ? undefined : unquoted(text);
}

const unquoted = (text: string) => text.replace(/^(["'])(.*)\1$/, "$2");

function fail(file: string, index: number, line: string): never {
  throw new Error(
    `${file}: line ${index + 1} is not understood, got ${JSON.stringify(line)}; ` +
      'write "  homelab:key: value" or "  homelab:key: [a, b]" under "config:"',
  );
}
