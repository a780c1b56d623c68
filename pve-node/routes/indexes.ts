import { needs, type Permission, type Route } from "../contract";
import { failure } from "../errors";
import type { PveRelease } from "../version";

/** An index or a list that is always the same here: path, who may read it, key of its entries, entries. */
type Entry = [path: string, permission: Permission, key: string, names: string];

const audit = needs("/", "Sys.Audit");
const nodeAudit = needs("/nodes/{node}", "Sys.Audit");

const indexes: Entry[] = [
  ["/", "user", "subdir", "version cluster nodes storage access pools"],
  ["/access", "user", "subdir", "acl domains groups password permissions roles ticket users"],
  [
    "/cluster",
    "user",
    "name",
    "acme backup backup-info ceph config firewall ha jobs log mapping metrics nextid notifications options " +
      "replication resources sdn status tasks",
  ],
  ["/cluster/config", audit, "name", "nodes totem join qdevice apiversion"],
  ["/cluster/mapping", "user", "name", "dir pci usb"],
  [
    "/cluster/notifications",
    "user",
    "name",
    "endpoints matchers targets matcher-fields matcher-field-values",
  ],
  ["/cluster/acme", "user", "name", "account tos meta directories plugins challenge-schema"],
  ["/cluster/jobs", "user", "subdir", "schedule-analyze"],
  [
    "/nodes/{node}",
    "user",
    "name",
    "aplinfo apt capabilities certificates config disks dns firewall hardware hosts journal lxc netstat network qemu " +
      "query-url-metadata replication rrddata services startall status stopall storage subscription syslog tasks " +
      "time version vzdump wakeonlan",
  ],
  ["/nodes/{node}/capabilities", "user", "name", "qemu"],
  [
    "/nodes/{node}/disks",
    nodeAudit,
    "name",
    "list initgpt smart lvm lvmthin directory wipedisk zfs",
  ],
  ["/nodes/{node}/hardware", "user", "type", "pci usb"],
];

/** Lists of what this node does not have: nothing is in them. */
const emptyLists: [path: string, permission: Permission][] = [
  ["/cluster/backup", needs("/", "Sys.Audit")],
  ["/cluster/config/nodes", audit],
  ["/cluster/ha/resources", audit],
  ["/cluster/mapping/dir", "user"],
  ["/cluster/mapping/pci", "user"],
  ["/cluster/mapping/usb", "user"],
  ["/cluster/metrics/server", audit],
  ["/cluster/replication", "user"],
  ["/cluster/sdn/vnets", "user"],
  ["/cluster/sdn/zones", "user"],
  ["/nodes/{node}/aplinfo", "user"],
  ["/nodes/{node}/certificates/info", "user"],
  ["/nodes/{node}/disks/list", nodeAudit],
  ["/nodes/{node}/qemu", "user"],
  ["/nodes/{node}/replication", "user"],
];

/** High availability has rules from 9.0 on, and groups before. */
const rules: (typeof emptyLists)[number] = ["/cluster/ha/rules", audit];

/** What clients walk through to find their way, and lists that are empty on this node. */
export function indexRoutes(release: PveRelease): Route[] {
  const names = `status resources ${release === "8.4" ? "groups" : "rules groups"}`;
  const ha: Entry = ["/cluster/ha", audit, "id", names];
  const lists = release === "8.4" ? emptyLists : [...emptyLists, rules];
  return [
    {
      method: "GET",
      path: "/cluster/ha/groups",
      permission: audit,
      handler() {
        if (release === "8.4") return [];
        throw failure("cannot index groups: ha groups have been migrated to rules");
      },
    },
    ...[...indexes, ha].map(([path, permission, key, entries]): Route => ({
      method: "GET",
      path,
      permission,
      anyNode: true,
      handler: () => entries.split(" ").map((name) => ({ [key]: name })),
    })),
    ...lists.map(([path, permission]): Route => ({
      method: "GET",
      path,
      permission,
      handler: () => [],
    })),
  ];
}
