/** What the API token of a stack may do on Proxmox; the embedded node and `./lab init` give it these two roles. */

export const ROLE = "HomelabDeployer";
export const NODE_ROLE = "HomelabDeployerNode";

/** What creating, changing and removing the lab's CTs takes, everywhere. */
export const DEPLOYER_PRIVILEGES = [
  "VM.Allocate",
  "VM.Audit",
  "VM.Config.CPU",
  "VM.Config.Disk",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Options",
  "VM.PowerMgmt",
  "Datastore.AllocateSpace",
  "Datastore.Audit",
  "SDN.Audit",
  "SDN.Use",
  "Sys.Audit",
] as const;

/**
 * What privileged CTs (asked for on `/`) and bridges (on the node) take besides. Never with propagation from
 * `/`: on `/access` it lets its holder change roles and access rights (pve-access-control, API2/Role.pm).
 */
export const NODE_PRIVILEGES = ["Sys.Modify"] as const;

/** Where a role is given. */
export interface Grant {
  path: string;
  role: string;
  propagate: boolean;
}

/** All of them, for the user that the token is of; `pveum acl modify` sets each. */
export function grants(node: string, role = ROLE, nodeRole = NODE_ROLE): Grant[] {
  return [
    { path: "/", role, propagate: true },
    { path: "/", role: nodeRole, propagate: false },
    // Entries of a deeper path take the place of inherited ones: both roles again.
    { path: `/nodes/${node}`, role, propagate: true },
    { path: `/nodes/${node}`, role: nodeRole, propagate: true },
  ];
}

/** A privilege, the path that it is needed on, and what for. */
export interface NeededPrivilege {
  privilege: string;
  path: string;
  use: string;
}

const USES: Record<(typeof DEPLOYER_PRIVILEGES)[number], string> = {
  "VM.Allocate": "make and remove CTs",
  "VM.Audit": "see CTs",
  "VM.Config.CPU": "set cores",
  "VM.Config.Disk": "set disks",
  "VM.Config.Memory": "set memory",
  "VM.Config.Network": "set interfaces",
  "VM.Config.Options": "set start order, tags and description",
  "VM.PowerMgmt": "start and stop CTs",
  "Datastore.AllocateSpace": "make disks",
  "Datastore.Audit": "see storages and templates",
  "SDN.Audit": "see bridges",
  "SDN.Use": "put CTs on bridges",
  "Sys.Audit": "look at the node",
};

/** Every privilege that the program needs, one by one. */
export function neededPrivileges(node: string): NeededPrivilege[] {
  const everywhere = DEPLOYER_PRIVILEGES.map((privilege) => ({
    ...{ privilege, path: "/", use: USES[privilege] },
  }));
  return [
    ...everywhere,
    { privilege: "Sys.Modify", path: "/", use: "make privileged CTs" },
    { privilege: "Sys.Modify", path: `/nodes/${node}`, use: "make the private bridge" },
  ];
}
