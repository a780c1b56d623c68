/** Privileges and built-in roles, after pve-access-control. */

type Level = "root" | "admin" | "user" | "audit";
type Category = Partial<Record<Level, string[]>>;

const prefixed = (prefix: string, names: string) => names.split(" ").map((n) => `${prefix}.${n}`);

/**
 * Who gets which privilege by default. "root" privileges are in no PVE* role, only in Administrator
 * and in roles that name them.
 */
const CATEGORIES: Record<string, Category> = {
  VM: {
    admin: prefixed(
      "VM",
      "Config.Disk Config.CPU Config.Memory Config.Network Config.HWType Config.Options Allocate " +
        "Clone Migrate Snapshot Snapshot.Rollback Replicate GuestAgent.FileRead " +
        "GuestAgent.FileWrite GuestAgent.FileSystemMgmt GuestAgent.Unrestricted",
    ),
    user: prefixed("VM", "Config.CDROM Config.Cloudinit Console Backup PowerMgmt"),
    audit: prefixed("VM", "Audit GuestAgent.Audit"),
  },
  Sys: {
    root: prefixed("Sys", "PowerMgmt Modify Incoming AccessNetwork"),
    admin: ["Permissions.Modify", ...prefixed("Sys", "Console Syslog")],
    audit: ["Sys.Audit"],
  },
  Datastore: {
    admin: prefixed("Datastore", "Allocate AllocateTemplate"),
    user: ["Datastore.AllocateSpace"],
    audit: ["Datastore.Audit"],
  },
  SDN: { admin: ["SDN.Allocate"], user: ["SDN.Use"], audit: ["SDN.Audit"] },
  User: {
    root: ["Realm.Allocate"],
    admin: ["User.Modify", "Group.Allocate", "Realm.AllocateUser"],
  },
  Pool: { admin: ["Pool.Allocate"], audit: ["Pool.Audit"] },
  Mapping: { admin: ["Mapping.Modify"], user: ["Mapping.Use"], audit: ["Mapping.Audit"] },
};

const of = (levels: Level[], categories = Object.values(CATEGORIES)) =>
  new Set(categories.flatMap((category) => levels.flatMap((level) => category[level] ?? [])));

/** Every privilege there is. */
export const PRIVILEGES: ReadonlySet<string> = of(["root", "admin", "user", "audit"]);

/** The roles that every node has; they cannot be changed. */
export const BUILT_IN_ROLES: ReadonlyMap<string, ReadonlySet<string>> = builtIn();

function builtIn(): Map<string, ReadonlySet<string>> {
  const admin = of(["admin", "user", "audit"]);
  admin.delete("Mapping.Modify");
  const roles = new Map<string, ReadonlySet<string>>([
    ["NoAccess", new Set()],
    ["Administrator", PRIVILEGES],
    ["PVEAdmin", admin],
    ["PVEAuditor", of(["audit"])],
    ["PVETemplateUser", new Set(["VM.Clone", "VM.Audit"])],
  ]);
  for (const [name, category] of Object.entries(CATEGORIES)) {
    roles.set(`PVE${name}Admin`, of(["admin", "user", "audit"], [category]));
    if (["VM", "Datastore", "SDN", "Pool", "Mapping"].includes(name)) {
      roles.set(`PVE${name}User`, of(["user", "audit"], [category]));
    }
  }
  return roles;
}
