import type { PveRelease } from "../version";

/** Privileges and built-in roles, after pve-access-control. */

type Level = "root" | "admin" | "user" | "audit";
type Category = Partial<Record<Level, string[]>>;

const prefixed = (prefix: string, names: string) => names.split(" ").map((n) => `${prefix}.${n}`);

/**
 * Who gets which privilege by default. "root" privileges are in no PVE* role, only in Administrator
 * and in roles that name them.
 */
const NINE: Record<string, Category> = {
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

/** 8.4 has VM.Monitor where 9 has VM.GuestAgent.* and VM.Replicate. */
function eight(): Record<string, Category> {
  const { admin = [], user = [], audit = [] } = NINE.VM ?? {};
  const known = (names: string[]) => names.filter((name) => !/GuestAgent|VM\.Replicate/.test(name));
  const vm = { admin: [...known(admin), "VM.Monitor"], user: known(user), audit: known(audit) };
  return { ...NINE, VM: vm };
}

const of = (levels: Level[], categories: Category[]) =>
  new Set(categories.flatMap((category) => levels.flatMap((level) => category[level] ?? [])));

/** What access rights are made of in a release. */
export interface RoleSet {
  /** Every privilege there is. */
  privileges: ReadonlySet<string>;
  /** The roles that every node has; they cannot be changed. */
  builtIn: ReadonlyMap<string, ReadonlySet<string>>;
}

const sets: Record<PveRelease, RoleSet> = { "9.1": roleSet(NINE), "8.4": roleSet(eight()) };

export const rolesOf = (release: PveRelease): RoleSet => sets[release];

function roleSet(categories: Record<string, Category>): RoleSet {
  const all = Object.values(categories);
  const privileges = of(["root", "admin", "user", "audit"], all);
  return { privileges, builtIn: builtIn(categories, privileges) };
}

function builtIn(
  categories: Record<string, Category>,
  privileges: ReadonlySet<string>,
): Map<string, ReadonlySet<string>> {
  const all = Object.values(categories);
  const admin = of(["admin", "user", "audit"], all);
  admin.delete("Mapping.Modify");
  const roles = new Map<string, ReadonlySet<string>>([
    ["NoAccess", new Set()],
    ["Administrator", privileges],
    ["PVEAdmin", admin],
    ["PVEAuditor", of(["audit"], all)],
    ["PVETemplateUser", new Set(["VM.Clone", "VM.Audit"])],
  ]);
  for (const [name, category] of Object.entries(categories)) {
    roles.set(`PVE${name}Admin`, of(["admin", "user", "audit"], [category]));
    if (["VM", "Datastore", "SDN", "Pool", "Mapping"].includes(name)) {
      roles.set(`PVE${name}User`, of(["user", "audit"], [category]));
    }
  }
  return roles;
}
