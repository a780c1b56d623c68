import type { NodeFacts } from "../../../../cli/init/facts";

/** A node that lacks nothing, with changes. */
export const nodeFacts = (changes: Partial<NodeFacts> = {}): NodeFacts => ({
  node: "pve1",
  version: "9.2.1",
  storages: [
    { storage: "local", content: "backup,iso,vztmpl", active: 1, avail: 50e9 },
    { storage: "local-lvm", content: "rootdir,images", active: 1, avail: 200e9 },
    { storage: "tank", content: "rootdir", active: 1, avail: 900e9 },
    { storage: "off", content: "rootdir,vztmpl", active: 0, avail: 990e9 },
  ],
  templates: [
    { volid: "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst" },
    { volid: "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst" },
    { volid: "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst" },
  ],
  interfaces: [
    { iface: "eno1", type: "eth" },
    { iface: "vmbr1", type: "bridge" },
    { iface: "vmbr0", type: "bridge", cidr: "192.168.1.5/24", gateway: "192.168.1.1", active: 1 },
  ],
  guests: [],
  roles: [{ roleid: "PVEAdmin", privs: "VM.Audit" }],
  users: [{ userid: "root@pam" }],
  subnets: ["192.168.1.5/24", "192.168.1.0/24", "10.10.10.0/24"],
  nameservers: ["127.0.0.53", "192.168.1.1"],
  ca: "",
  ...changes,
});
