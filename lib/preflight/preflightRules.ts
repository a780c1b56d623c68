import type {
  FirewallOptions,
  GuestEntry,
  InterfaceEntry,
  NodeEntry,
  StorageEntry,
  VolumeEntry,
} from "./proxmoxAnswers";
import { pendingInterfaces } from "./pendingChanges";

/** Rules of the preflight, each a function of Proxmox's answers that returns its problems. */

/** A CT that the stack wants to have. */
export interface WantedCt {
  vmid: number;
  hostname: string;
  memoryMiB: number;
  diskGiB: number;
}

/** What the stack needs of the Proxmox node. */
export interface Needs {
  nodeName: string;
  storage: string;
  /** Volume id of the CT template. */
  template: string;
  lanBridge: string;
  privateBridge: string;
  /** What the node keeps of its memory for itself. */
  hostMemoryMiB: number;
  cts: WantedCt[];
  /**
   * Set when the Proxmox firewall is to guard the CTs.
   *
   * @default false
   */
  proxmoxFirewall?: boolean;
}

/** The tag of everything that the program makes. */
export const OWN_TAG = "homelab";
/** Comment of the private bridge, by which it is known as this program's. */
export const BRIDGE_COMMENT = "private subnet of the homelab";

const list = (names: string[]) => (names.length > 0 ? names.sort().join(", ") : "none");

export function nodeProblems(nodes: NodeEntry[], needs: Needs): string[] {
  const found = nodes.find((entry) => entry.node === needs.nodeName);
  if (!found) {
    const names = list(nodes.map((entry) => entry.node));
    return [
      `proxmoxNode: no such node, got "${needs.nodeName}"; the nodes of this Proxmox are: ${names}`,
    ];
  }
  if (found.status === "online") return [];
  return [
    `proxmoxNode: node "${needs.nodeName}" is not online, got "${found.status}"; start it or take another`,
  ];
}

export function storageProblems(storages: StorageEntry[], needs: Needs): string[] {
  const holds = (entry: StorageEntry) => entry.content.split(",").includes("rootdir");
  const fit = `storages that can: ${list(storages.filter(holds).map((entry) => entry.storage))}`;
  const found = storages.find((entry) => entry.storage === needs.storage);
  if (!found) {
    return [
      `storage: does not exist on node ${needs.nodeName}, or the token may not use it, ` +
        `got "${needs.storage}"; ${fit}`,
    ];
  }
  if (!holds(found)) {
    return [
      `storage: "${needs.storage}" cannot hold CT disks, got the content types "${found.content}" ` +
        `without "rootdir"; ${fit}`,
    ];
  }
  if (found.active !== 0) return [];
  return [`storage: "${needs.storage}" is not active, got active=0; look at it with: pvesm status`];
}

/** @param volumes templates of the template's own storage; undefined when that does not exist */
export function templateProblems(volumes: VolumeEntry[] | undefined, needs: Needs): string[] {
  const storage = templateStorage(needs.template);
  if (!volumes) {
    return [
      `template: its storage does not exist on node ${needs.nodeName}, got "${storage}"; ` +
        "give a template's volume id as storage:vztmpl/file",
    ];
  }
  if (volumes.some((entry) => entry.volid === needs.template)) return [];
  const names = list(volumes.map((entry) => entry.volid));
  return [
    `template: is missing on node ${needs.nodeName}, got "${needs.template}"; there are: ${names}; ` +
      `bring it on the node with: pveam update && pveam download ${storage} ${fileOf(needs.template)}`,
  ];
}

/** Rules of a CT do nothing while the firewall of the whole cluster is off: to set them would pretend. */
export function firewallProblems({ enable }: FirewallOptions): string[] {
  if (enable === 1) return [];
  return [
    `proxmoxFirewall: the firewall of the Proxmox cluster is off, got enable=${enable ?? 0}; ` +
      "switch it on under Datacenter, Firewall, Options, or set proxmoxFirewall to false",
  ];
}

export const templateStorage = (template: string) => template.slice(0, template.indexOf(":"));
const fileOf = (template: string) => template.slice(template.lastIndexOf("/") + 1);

/**
 * Changes of somebody else to the node's network that wait to be applied: the program makes its bridge and
 * has Proxmox apply it, which would apply them as well.
 */
export function pendingNetworkProblems(
  interfaces: InterfaceEntry[],
  changes: string | undefined,
  needs: Needs,
): string[] {
  if (interfaces.some(({ iface }) => iface === needs.privateBridge)) return [];
  const others = pendingInterfaces(changes);
  if (others.length === 0) return [];
  return [
    `network of node ${needs.nodeName}: changes wait to be applied, got ${list(others)}; making ` +
      `"${needs.privateBridge}" would apply them too, so apply or revert them first: ${needs.nodeName}, System, ` +
      `Network, or pvesh set /nodes/${needs.nodeName}/network (apply), pvesh delete /nodes/${needs.nodeName}/network (revert)`,
  ];
}

/** @param before needs of the last time that this stack passed */
export function bridgeProblems(
  interfaces: InterfaceEntry[],
  needs: Needs,
  before?: Needs,
): string[] {
  const problems: string[] = [];
  const isBridge = (entry: InterfaceEntry) => /bridge/i.test(entry.type);
  const bridges = list(interfaces.filter(isBridge).map((entry) => entry.iface));
  if (!interfaces.some((entry) => isBridge(entry) && entry.iface === needs.lanBridge)) {
    problems.push(
      `lanBridge: is no bridge of node ${needs.nodeName}, or the token may not use it, ` +
        `got "${needs.lanBridge}"; bridges of the node: ${bridges}`,
    );
  }
  const own = interfaces.find((entry) => entry.iface === needs.privateBridge);
  const known = before?.privateBridge === needs.privateBridge;
  if (own && !before && own.comments?.includes(BRIDGE_COMMENT)) {
    problems.push(
      `privateBridge: "${needs.privateBridge}" is on node ${needs.nodeName} already, and this stack is new: it is ` +
        "another stack's, or left from one whose state was lost; take a free name, or remove it: " +
        `pvesh delete /nodes/${needs.nodeName}/network/${needs.privateBridge} && pvesh set /nodes/${needs.nodeName}/network`,
    );
  } else if (own && !known && !own.comments?.includes(BRIDGE_COMMENT)) {
    problems.push(
      `privateBridge: exists on node ${needs.nodeName} and is not this lab's, ` +
        `got "${needs.privateBridge}"; take a free name, for the program makes this bridge itself`,
    );
  }
  return problems;
}

/**
 * Guests that hold a wanted vmid without being this stack's own.
 *
 * They must be found before anything is made: asked to create a CT under a vmid that is taken,
 * Proxmox answers 500, the Proxmox provider asks again, reads the second "already exists" as its own
 * first success and from then on treats the foreign guest as its own, up to deleting it.
 *
 * @param hidden wanted vmids that are taken by guests which the token may not see
 * @param before needs of the last time that this stack passed; one mark suffices for its CTs
 */
export function guestProblems(
  guests: GuestEntry[],
  hidden: number[],
  needs: Needs,
  before?: Needs,
): string[] {
  return needs.cts.flatMap((ct) => {
    const other = "take a free one with vmidLb, vmidAppStart or vmidDb";
    if (hidden.includes(ct.vmid)) {
      return [
        `vmid ${ct.vmid}: wanted for ${ct.hostname}, but taken, got a guest that the token may not see; ${other}`,
      ];
    }
    const found = guests.find((guest) => guest.vmid === ct.vmid);
    if (!found) return [];
    if (isOwn(found, ct, before)) return before ? [] : [unknownCt(found, ct)];
    const tags = found.tags ? `the tags "${found.tags}"` : "no tags";
    return [
      `vmid ${ct.vmid}: wanted for ${ct.hostname}, but taken by a guest that is not this lab's, ` +
        `got ${found.type}/${found.vmid} "${found.name ?? ""}" on node ${found.node} with ${tags}; ${other}, ` +
        `or, if it is this lab's after all, give it back its marks: ` +
        `pct set ${ct.vmid} --hostname ${ct.hostname} --tags ${OWN_TAG}`,
    ];
  });
}

/** Both marks are there, but a stack without state made nothing yet: it is another stack's. */
function unknownCt(found: GuestEntry, ct: WantedCt): string {
  return (
    `vmid ${ct.vmid}: wanted for ${ct.hostname}, but this stack is new and CT ${found.vmid} "${found.name ?? ""}" on node ` +
    `${found.node} is of another one; take free vmids with vmidLb, vmidAppStart and vmidDb, or, if it is of a lab ` +
    `whose state was lost, remove it with its data: pct destroy ${found.vmid}`
  );
}

/**
 * Proxmox refuses to shrink a disk, and only when the change is under way.
 *
 * @param before needs of the last time; a CT that comes anew for another reason gets a new disk too
 */
export function diskProblems(guests: GuestEntry[], needs: Needs, before?: Needs): string[] {
  if (before && (["nodeName", "storage", "template"] as const).some((k) => before[k] !== needs[k]))
    return [];
  return needs.cts.flatMap((ct) => {
    const found = guests.find((guest) => guest.vmid === ct.vmid);
    if (!found?.maxdisk || !isOwn(found, ct, before)) return [];
    const has = Math.ceil(found.maxdisk / 1024 ** 3);
    if (ct.diskGiB >= has) return [];
    return [
      `disk of ${ct.hostname} (CT ${ct.vmid}): cannot shrink, got ${ct.diskGiB} GiB where it has ${has}; ` +
        `keep ${has} or more, or make the stack anew: ./lab down, then ./lab up (data in the CTs goes)`,
    ];
  });
}

function isOwn(found: GuestEntry, ct: WantedCt, before?: Needs): boolean {
  if (found.type !== "lxc") return false;
  const tagged = (found.tags ?? "").split(/[;, ]/).includes(OWN_TAG);
  const named = found.name === ct.hostname;
  const known = before?.cts.some((one) => one.vmid === ct.vmid && one.hostname === ct.hostname);
  return known ? tagged || named : tagged && named;
}

/** A warning and no refusal: the CTs' caps are no reservations, and are rarely used up all at once. */
export function memoryWarnings(nodes: NodeEntry[], needs: Needs): string[] {
  const bytes = nodes.find((entry) => entry.node === needs.nodeName)?.maxmem;
  if (bytes === undefined) return [];
  const has = Math.floor(bytes / 1024 ** 2);
  const caps = needs.cts.reduce((sum, ct) => sum + ct.memoryMiB, 0);
  const wants = caps + needs.hostMemoryMiB;
  if (has >= wants) return [];
  return [
    `memory of node ${needs.nodeName}: is less than ${needs.cts.length} CTs and the node itself may use, ` +
      `got ${has} of ${wants} MiB; lower appNodeCount or a cap, or expect processes to be killed under load`,
  ];
}
