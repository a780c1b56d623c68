import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

const BRIDGE = "proxmoxve:network/linux/bridge:Bridge";
const ct = (name: string, key: string, value: unknown) => (stack: EditedStack) => {
  stack.inputs(`${name}-ct`)[key] = value;
};
const nic = (name: string, key: string, value: unknown) => (stack: EditedStack) => {
  stack.inputs(`${name}-ct`).networkInterfaces[0][key] = value;
};
/** A copy of a resource under another name. */
const copy = (stack: EditedStack, name: string, as: string, changes: object) => {
  const { type, inputs } = stack.resource(name);
  stack.add(type, as, { ...structuredClone(inputs), ...changes });
};

/** Edits of CTs, bridges and ways in, and of what else is declared beside them. */
export const guestMutations: Mutation[] = [
  ...of("ct-known-arguments", {
    "an interface that is off": nic("app1", "enabled", false),
    "an interface that is slow": nic("app1", "rateLimit", 0.001),
    "packets that do not fit": nic("db", "mtu", 68),
    "an operating system that nobody sets up": ct("app1", "operatingSystem", {
      templateFileId: "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst",
      type: "unmanaged",
    }),
    "a network's card of the node": ct("db", "hostNetworkDevices", ["eth1"]),
  }),
  ...of("ct-identity-unique", {
    "host names swapped": (s) => {
      s.inputs("lb-ct").initialization.hostname = "db";
      s.inputs("db-ct").initialization.hostname = "lb";
    },
    "host names of app nodes swapped": (s) => {
      s.inputs("app1-ct").initialization.hostname = "app2";
      s.inputs("app2-ct").initialization.hostname = "app1";
    },
  }),
  ...of("ct-boot-order", {
    "waits for an hour": (s) => (s.inputs("db-ct").startup.upDelay = 3600),
    "no time to stop": (s) => (s.inputs("db-ct").startup.downDelay = 1),
    "no order": ct("db", "startup", {}),
  }),
  ...of("ct-resources-capped", {
    "too little memory": (s) => (s.inputs("db-ct").memory.dedicated = 16),
    "too little for the load balancer": (s) => (s.inputs("lb-ct").memory.dedicated = 32),
    "hardly any CPU": ct("app1", "cpu", { cores: 1, limit: 0.01 }),
    "the least share": ct("app1", "cpu", { cores: 1, units: 1 }),
    "all CPUs": ct("app1", "cpu", { cores: 512 }),
  }),
  ...of("bridge-private-portless", {
    "a bridge more": (s) =>
      s.add(BRIDGE, "more", { name: "vmbr9", nodeName: "pve1", address: "10.99.0.1/24" }),
    "a bridge on a network card": (s) =>
      s.add(BRIDGE, "more", { name: "vmbr9", nodeName: "pve1", ports: ["eth1"] }),
    "a bridge of the older provider": (s) =>
      s.add("proxmoxve:Network/networkBridge:NetworkBridge", "more", {
        name: "vmbr9",
        ports: ["eth0"],
      }),
    "a second private bridge": (s) =>
      s.add(BRIDGE, "more", {
        name: "vmbr2",
        nodeName: "pve1",
        address: "10.10.10.254/24",
        autostart: true,
      }),
    "large packets": (s) => (s.inputs("site-network-private").mtu = 100),
  }),
  ...of("stack-judged", {
    "Docker of another machine": (s) =>
      (s.inputs("app1-engine").host = "ssh://root@203.0.113.9:22"),
    "a second container": (s) => copy(s, "app1-web", "app1-other", { name: "other", ports: [] }),
    "a machine of another cloud": (s) => s.add("aws:ec2/instance:Instance", "vm", { ami: "x" }),
    "a machine of vSphere": (s) => s.add("vsphere:index/virtualMachine:VirtualMachine", "vm", {}),
    "a machine of Hetzner": (s) => s.add("hcloud:index/server:Server", "vm", {}),
    "a droplet": (s) => s.add("digitalocean:index/droplet:Droplet", "vm", {}),
    "a VM of version 8": (s) => s.add("proxmoxve:index/vm:Vm", "vm", {}),
    "the same by its second name": (s) => s.add("proxmoxve:index/vm2:Vm2", "vm", {}),
    "a template of a VM": (s) => s.add("proxmoxve:index/clonedVm:ClonedVm", "vm", {}),
    "a pod": (s) => s.add("kubernetes:core/v1:Pod", "pod", {}),
    "a job of Nomad": (s) => s.add("nomad:index/job:Job", "job", {}),
    "a tunnel": (s) => s.add("cloudflare:index/tunnel:Tunnel", "t", {}),
    "another network of Proxmox": (s) => s.add("proxmoxve:sdn/vnet:Vnet", "v", {}),
    "a VLAN of the node": (s) => s.add("proxmoxve:network/linux/vlan:Vlan", "v", {}),
    "an ACL of Proxmox": (s) =>
      s.add("proxmoxve:index/aclLegacy:AclLegacy", "v", { path: "/", roleId: "Administrator" }),
    "a token of Proxmox": (s) => s.add("proxmoxve:user/token:Token", "v", {}),
    "names of the node": (s) => s.add("proxmoxve:index/hostsLegacy:HostsLegacy", "v", {}),
    "a certificate of the node": (s) =>
      s.add("proxmoxve:index/certificateLegacy:CertificateLegacy", "v", {}),
    "a volume of Docker": (s) => s.add("docker:index/volume:Volume", "v", {}),
    "a service of swarm": (s) => s.add("docker:index/service:Service", "v", {}),
    "another dynamic provider": (s) => s.add("pulumi-python:dynamic:Resource", "v", { host: "x" }),
  }),
  ...of("ct-command-one-script", {
    "not run again in another CT": (s) => (s.inputs("db-firewall").triggers = []),
    "the same for Docker": (s) => delete s.inputs("app1-docker").triggers,
  }),
  ...of("connections-verified", {
    "Docker by TCP": (s) => (s.inputs("app1-engine").host = "tcp://10.10.10.11:2375"),
    "the power of another Proxmox": (s) =>
      (s.inputs("site-power").endpoint = "http://127.0.0.1:8006/"),
    "no host key of a look": (s) => delete s.inputs("db-ssh").from.hostKey,
  }),
  ...of("ct-known-features", {
    "a mount point of a device": ct("db", "mountPoints", [{ volume: "/dev/sdb", path: "/data" }]),
    "FUSE in the database": (s) => (s.inputs("db-host").features = "fuse=1"),
    "a raw line of the load balancer": (s) => s.inputs("lb-host").rawLines.push("lxc.cap.drop:"),
    "nothing of the node hidden": (s) =>
      s.inputs("app1-host").rawLines.push("lxc.namespace.share.net: 1"),
    "a hook": (s) => s.inputs("app1-host").rawLines.push("lxc.hook.start: /x"),
    "the features of another": (s) => (s.inputs("app1-host").vmid = 150),
    "an own ID map": (s) => s.inputs("db-host").rawLines.push("lxc.idmap: u 0 0 65536"),
  }),
  ...of("node-filters-present", {
    "a third network of the load balancer": (s) => {
      s.inputs("lb-ct").networkInterfaces.push({ name: "eth2", bridge: "vmbr5" });
      s.inputs("lb-ct").initialization.ipConfigs.push({ ipv4: { address: "10.7.0.5/24" } });
    },
    "a bridge of another node": (s) => (s.inputs("site-network-private").nodeName = "pve9"),
    "another node": ct("app2", "nodeName", "pve9"),
  }),
  ...of("ct-address-in-subnet", {
    "the load balancer outside alone": (s) =>
      (s.inputs("lb-ct").networkInterfaces[1].bridge = "vmbr0"),
  }),
];
