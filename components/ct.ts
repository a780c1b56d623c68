import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { macOf } from "../lib/net/nodeNetwork";
import { OWN_TAG } from "../lib/preflight/preflightRules";
import { memberOf, type SecurityGroup } from "../lib/security/securityGroup";
import { proxmoxRules } from "../lib/security/proxmoxFirewall";
import { ContainerHostConfig } from "../provider/containerHostConfig";
import type { PowerState } from "../provider/powerState";
import { ReadinessGate } from "../provider/readinessGate";
import type { CtAccess, NodeAccess } from "./access";
import { ctAccess } from "./access";
import type { Egress } from "./egress";

/** What all CTs of a stack share. */
export interface CtPlacement {
  nodeName: string;
  access: NodeAccess;
  /** Storage of the CT's disk. Changing it replaces the CT. */
  storage: string;
  /** Volume id of the template. Changing it replaces the CT. */
  template: string;
  nameserver: string;
  /** Says which CTs were started again. */
  power: PowerState;
  /**
   * The way out of the private subnet, where it is not always open.
   *
   * @default - it is
   */
  egress?: Egress;
  /**
   * URL of a caching proxy for Debian packages.
   *
   * @default - packages are fetched directly
   */
  aptProxy?: string;
  /** Whether the Proxmox firewall guards the CTs as well. Applied in place. */
  proxmoxFirewall: boolean;
}

/** One network interface of a CT. */
export interface CtInterface {
  bridge: pulumi.Input<string>;
  /** Address with prefix, e.g. `10.10.10.11/24`. Changing it restarts the CT. */
  cidr: string;
  /**
   * Default gateway.
   *
   * @default - no route beyond the interface's own subnet
   */
  gateway?: string;
}

export interface ContainerArgs {
  placement: CtPlacement;
  /** Bridges and NAT must stand before the CT is made, and go after it. */
  network: pulumi.Resource;
  /** Changing it replaces the CT. */
  vmid: number;
  hostname: string;
  /** The part it plays; becomes a tag, by which policies know it. */
  role: "lb" | "app" | "db";
  description: string;
  /** Who may connect; its own is the member with this host name. */
  securityGroup: SecurityGroup;
  cores: number;
  /** Memory cap in MiB. A change restarts the CT. */
  memoryMiB: number;
  /** Disk in GiB. Can grow in place; Proxmox refuses a smaller one, and the preflight before it. */
  diskGiB: number;
  /** Order at boot of the Proxmox node, 1 first. Applied in place. */
  startupOrder: number;
  /** Address in the private subnet, through which the program logs in. */
  address: string;
  /** eth0 first. */
  interfaces: CtInterface[];
  /**
   * Set for a privileged CT: its features and raw LXC lines. A change restarts the CT.
   *
   * @default - an unprivileged CT with nesting, which systemd's sandboxing needs
   */
  privileged?: { features: string; rawLines: string[] };
}

/** A CT that is up, reachable over SSH and known by its host key. The only place that makes CTs. */
export class Container extends pulumi.ComponentResource {
  readonly vmid: pulumi.Output<number>;
  readonly access: CtAccess;
  /** In the private subnet. */
  readonly address: string;
  readonly egress?: Egress;
  /** Changes when the CT is made anew: a trigger for everything inside it. */
  readonly incarnation: pulumi.Output<string>;
  /** Changes when the CT was found stopped and was started again. */
  readonly starts: pulumi.Output<number>;
  /** Commands in the CT depend on it. */
  readonly ready: pulumi.Resource;
  /** The CT itself: what lives in it is gone with it and need not be deleted apart. */
  readonly ct: pulumi.Resource;

  constructor(name: string, args: ContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Container", name, {}, opts);
    const ct = new proxmoxve.ContainerLegacy(`${name}-ct`, ctArgs(args), {
      parent: this,
      dependsOn: [args.network],
      deleteBeforeReplace: true, // the vmid is fixed, and Proxmox has it once
      // Features of a privileged CT are root's: ContainerHostConfig sets them and sees their drift.
      ignoreChanges: args.privileged ? ["features"] : [],
    });
    const hostConfig = new ContainerHostConfig(
      `${name}-host`,
      {
        node: args.placement.access.endpoint,
        vmid: args.vmid,
        features: args.privileged?.features,
        rawLines: args.privileged?.rawLines,
      },
      // A replaced CT keeps its vmid, so no input of this one changes with it.
      { parent: this, dependsOn: [ct], deletedWith: ct, replaceWith: [ct] },
    );
    const guards = args.placement.proxmoxFirewall ? this.guard(name, args, ct) : [];
    this.starts = args.placement.power.startsOf(args.vmid);
    this.access = ctAccess(args.placement.access, args.address, hostConfig.hostKey);
    this.ready = new ReadinessGate(
      `${name}-ssh`,
      {
        subject: `CT ${args.vmid} "${args.hostname}": SSH on ${args.address}`,
        from: this.access.endpoint,
        cts: { node: args.placement.access.endpoint, vmids: [args.vmid] },
        deadlineSeconds: 120,
        triggers: [hostConfig.incarnation, this.starts],
      },
      { parent: this, dependsOn: [hostConfig, ...guards], deletedWith: ct },
    );
    this.address = args.address;
    this.egress = args.placement.egress;
    this.ct = ct;
    this.vmid = ct.vmId;
    this.incarnation = hostConfig.incarnation;
    this.registerOutputs({ vmid: this.vmid, incarnation: this.incarnation });
  }

  /** The security group as rules of the Proxmox firewall, which are in place before it is switched on. */
  private guard(
    name: string,
    args: ContainerArgs,
    ct: proxmoxve.ContainerLegacy,
  ): pulumi.Resource[] {
    const { nodeName } = args.placement;
    const member = memberOf(args.securityGroup, args.hostname);
    const own = { nodeName, containerId: ct.vmId };
    const rules = new proxmoxve.firewall.RulesLegacy(
      `${name}-firewall-rules`,
      { ...own, rules: proxmoxRules(args.securityGroup, member) },
      { parent: this, deletedWith: ct },
    );
    const options = new proxmoxve.firewall.OptionsLegacy(
      `${name}-firewall-options`,
      {
        ...own,
        enabled: true,
        inputPolicy: "DROP",
        outputPolicy: "ACCEPT",
        macfilter: true,
        // Nothing of these is needed: addresses are static, and nothing is reached over IPv6.
        dhcp: false,
        ndp: false,
        radv: false,
      },
      { parent: this, dependsOn: [rules], deletedWith: ct },
    );
    return [rules, options];
  }
}

function ctArgs(args: ContainerArgs): proxmoxve.ContainerLegacyArgs {
  const { placement } = args;
  return {
    nodeName: placement.nodeName,
    vmId: args.vmid,
    description: args.description,
    tags: [args.role, OWN_TAG].sort(), // Proxmox sorts them; another order would be a difference
    unprivileged: !args.privileged,
    features: args.privileged ? undefined : { nesting: true },
    started: true,
    startOnBoot: true,
    startup: { order: args.startupOrder },
    cpu: { cores: args.cores },
    memory: { dedicated: args.memoryMiB, swap: 0 },
    disk: { datastoreId: placement.storage, size: args.diskGiB },
    // With a type other than "unmanaged" Proxmox writes network, name and resolver into the CT.
    operatingSystem: { templateFileId: placement.template, type: "debian" },
    networkInterfaces: args.interfaces.map((nic, i) => ({
      name: `eth${i}`,
      bridge: nic.bridge,
      firewall: placement.proxmoxFirewall,
      // The guards of the node's bridge ports expect it.
      macAddress: macOf(nic.cidr.split("/")[0] ?? ""),
    })),
    initialization: {
      hostname: args.hostname,
      dns: { servers: [placement.nameserver] },
      ipConfigs: args.interfaces.map((nic) => ({
        ipv4: { address: nic.cidr, gateway: nic.gateway },
      })),
      userAccount: { keys: [placement.access.publicKey] },
    },
  };
}
