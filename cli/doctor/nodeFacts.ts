import type {
  GuestEntry,
  InterfaceEntry,
  NodeEntry,
  StorageEntry,
  VolumeEntry,
} from "../../lib/preflight/proxmoxAnswers";
import { templateStorage } from "../../lib/preflight/preflightRules";
import type { Settings } from "../../lib/stack/settings";
import { type ApiAccess, ApiError, askApi, callApi } from "../lab/api";
import { type NodeAccess, onNode } from "../lab/ssh";

/** What the stack's token sees of the Proxmox node. */
export interface ApiFacts {
  version: string;
  nodes: NodeEntry[];
  /** Privileges by path, as far as they are asked for. */
  held: Map<string, Set<string>>;
  storages: (StorageEntry & { type?: string; avail?: number })[];
  /** Templates of the template's storage; undefined where that does not exist. */
  templates?: VolumeEntry[];
  interfaces: InterfaceEntry[];
  /** The difference that waits to be applied. */
  changes?: string;
  guests: GuestEntry[];
  /** vmids under Proxmox's high availability. */
  highlyAvailable: number[];
}

/** @throws with the first question that is not answered; who may not ask gets an empty answer */
export async function readApiFacts(
  access: ApiAccess,
  { proxmox }: Pick<Settings, "proxmox">,
): Promise<ApiFacts> {
  const node = `/nodes/${encodeURIComponent(proxmox.nodeName)}`;
  // What the token may not see is told by the privileges that it lacks.
  const list = <T>(path: string): Promise<T[]> =>
    callApi<T[]>(access, "GET", path).catch((error: unknown) => {
      if (error instanceof ApiError && error.status !== 401 && error.status < 590) return [];
      throw error;
    });
  const { version } = await callApi<{ version: string }>(access, "GET", "/version");
  const [nodes, storages, network, guests, ha, ...held] = await Promise.all([
    list<NodeEntry>("/nodes"),
    list<ApiFacts["storages"][number]>(`${node}/storage`),
    askApi<InterfaceEntry[]>(access, "GET", `${node}/network`).catch(() => ({
      ...{ data: [], changes: undefined },
    })),
    list<GuestEntry>("/cluster/resources?type=vm"),
    list<{ sid?: string }>("/cluster/ha/resources"),
    ...["/", `/nodes/${proxmox.nodeName}`].map((path) => privilegesOn(access, path)),
  ]);
  const storage = templateStorage(proxmox.template);
  const path = `${node}/storage/${encodeURIComponent(storage)}/content?content=vztmpl`;
  const known = storages.some((entry) => entry.storage === storage);
  return {
    ...{ version, nodes, storages, guests },
    held: new Map(held),
    templates: known ? await list<VolumeEntry>(path) : undefined,
    interfaces: network.data,
    changes: network.changes,
    highlyAvailable: ha.map(({ sid = "" }) => Number(/^ct:(\d+)$/.exec(sid)?.[1] ?? 0)),
  };
}

async function privilegesOn(access: ApiAccess, path: string): Promise<[string, Set<string>]> {
  const query = `/access/permissions?path=${encodeURIComponent(path)}`;
  const data = await callApi<Record<string, Record<string, unknown>>>(access, "GET", query);
  return [path, new Set(Object.keys(data[path] ?? {}))];
}

/** What root of the node sees of it; undefined is what could not be told. */
export interface HostFacts {
  user?: string;
  kernel?: string;
  fuse?: string;
  overlay?: string;
  /** `ifreload` of ifupdown2, which applies bridges without a reboot. */
  ifreload?: string;
  nft?: string;
  inotifyInstances?: string;
  /** MiB of /dev/shm. */
  shmMiB?: string;
  zfs?: string;
  /** Seconds since 1970. */
  clock?: string;
  /** Addresses of the node itself, with blanks between. */
  addresses?: string;
  /** Whether the load balancer's address in the LAN answers. */
  lanAddress?: string;
}

/** One `name=value` a line; each command may fail for itself. */
const hostScript = (lanAddress: string) => `say() { printf '%s=%s\\n' "$1" "$2"; }
say user "$(id -un)"
say kernel "$(uname -r)"
[ -e /dev/fuse ] || modprobe fuse 2>/dev/null
[ -c /dev/fuse ] && say fuse yes
{ grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null; } && say overlay yes
command -v ifreload >/dev/null && say ifreload yes
command -v nft >/dev/null && say nft yes
say inotifyInstances "$(cat /proc/sys/fs/inotify/max_user_instances)"
say shmMiB "$(df -m /dev/shm 2>/dev/null | awk 'NR == 2 { print $2 }')"
say zfs "$(cat /sys/module/zfs/version 2>/dev/null)"
say clock "$(date +%s)"
say addresses "$(ip -o -4 addr show | awk '{ sub("/.*", "", $4); printf "%s ", $4 }')"
if ping -c 1 -W 1 ${lanAddress} >/dev/null 2>&1 || ip neigh show ${lanAddress} | grep -q lladdr; then
  say lanAddress answers
fi`;

/** @throws when nobody can log in */
export async function readHostFacts(ssh: NodeAccess, lanAddress: string): Promise<HostFacts> {
  const { code, stdout, stderr } = await onNode(ssh, ["bash", "-c", hostScript(lanAddress)], {
    timeoutMs: 60_000,
  });
  if (code === 255) throw new Error(stderr.trim().split("\n").at(-1) || "ssh failed");
  return Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at > 0 && at < line.length - 1 ? [[line.slice(0, at), line.slice(at + 1).trim()]] : [];
    }),
  );
}
