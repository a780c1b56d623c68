import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { withPrefix } from "../lib/net/cidr";
import { macOf } from "../lib/net/nodeNetwork";
import { OWN_TAG } from "../lib/preflight/preflightRules";
import type { CtFirewallRules } from "../lib/security/ctFirewall";
import { proxmoxRules } from "../lib/security/proxmoxFirewall";
import type { Guest } from "../lib/stack/guest";
import type { CtBuild } from "../lib/stack/settings";
import { ContainerHostConfig } from "../provider/containerHostConfig";
import { ReadinessGate } from "../provider/readinessGate";
import type { CtAccess } from "./access";
import { ctAccess } from "./access";
import { guestAddress, type GuestArgs, knownGuest } from "./guest";
import type { Site } from "./site";

export interface CtArgs {
  site: Site;
  /** Name, vmid, interfaces, memory and disk. Another vmid replaces the CT, as does another bridge. */
  guest: GuestArgs;
  /** Shown beside the CT in Proxmox. Applied in place. */
  description: pulumi.Input<string>;
  /** CPU cores, 1 or more. Applied in place. */
  cores: pulumi.Input<number>;
  /** Who may connect, for the Proxmox firewall where the site has it on. */
  firewall: pulumi.Input<CtFirewallRules>;
  /**
   * Set for a privileged CT: its features as Proxmox writes them, and its raw LXC lines. A change restarts
   * the CT.
   *
   * @default - an unprivileged CT with nesting, which systemd's sandboxing needs
   */
  privileged?: { features: pulumi.Input<string>; rawLines: pulumi.Input<string[]> };
  /**
   * What the CT was built from, where it was built anew: another generation replaces the CT.
   *
   * @default - the site's template for a CT that is made now; one that exists keeps what it has
   */
  build?: CtBuild;
  /**
   * Keeps the CT from being deleted or replaced, by Pulumi and by Proxmox.
   *
   * @default false
   */
  deletionProtection?: boolean;
  /**
   * What must have happened before the CT is changed.
   *
   * @default - nothing
   */
  before?: pulumi.Resource[];
}

/** A CT that is up, reachable over SSH and known by its host key. The only place that makes CTs. */
export class Ct extends pulumi.ComponentResource {
  readonly site: Site;
  readonly guest: GuestArgs;
  readonly vmid: pulumi.Output<number>;
  readonly access: CtAccess;
  /** In the private subnet; the program logs in through it. */
  readonly address: pulumi.Output<string>;
  /** Changes when the CT is made anew: a trigger for everything inside it. */
  readonly incarnation: pulumi.Output<string>;
  /** Changes when the CT was found stopped and was started again. */
  readonly starts: pulumi.Output<number>;
  /** Commands in the CT depend on it. */
  readonly ready: pulumi.Resource;
  /** The CT itself: what lives in it is gone with it and need not be deleted apart. */
  readonly ct: pulumi.Resource;

  constructor(name: string, args: CtArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Container", name, {}, opts);
    const { site, guest } = args;
    const node = site.access.endpoint;
    this.site = site;
    this.guest = guest;
    this.address = guestAddress(guest, "private");
    const known = knownCt(args, this);
    const ct = new proxmoxve.ContainerLegacy(`${name}-ct`, ctArgs(args, known), {
      parent: this,
      dependsOn: [site.network, ...(args.before ?? [])],
      deleteBeforeReplace: true, // the vmid is fixed, and Proxmox has it once
      ignoreChanges: ignoredChanges(args),
      // 0 until then: a first value of its own would replace nothing.
      replacementTrigger: args.build?.generation ?? 0,
      protect: args.deletionProtection,
    });
    const hostConfig = new ContainerHostConfig(
      `${name}-host`,
      {
        node,
        vmid: known.vmid,
        features: args.privileged?.features,
        rawLines: args.privileged?.rawLines,
      },
      // A replaced CT keeps its vmid, so no input of this one changes with it.
      { parent: this, dependsOn: [ct], deletedWith: ct, replaceWith: [ct] },
    );
    const guards = site.args.proxmoxFirewall ? this.guard(name, args, ct) : [];
    this.starts = site.power.startsOf(known.vmid);
    this.access = ctAccess(site.access, this.address, hostConfig.hostKey);
    this.ready = new ReadinessGate(
      `${name}-ssh`,
      {
        subject: pulumi.interpolate`CT ${known.vmid} "${guest.name}": SSH on ${this.address}`,
        from: this.access.endpoint,
        cts: pulumi.output({ node, vmids: [known.vmid] }),
        deadlineSeconds: 120,
        triggers: [hostConfig.incarnation, this.starts],
      },
      { parent: this, dependsOn: [hostConfig, ...guards], deletedWith: ct },
    );
    this.ct = ct;
    this.vmid = ct.vmId;
    this.incarnation = hostConfig.incarnation;
    this.registerOutputs({ vmid: this.vmid, incarnation: this.incarnation });
  }

  /** The CT's firewall as rules of the Proxmox firewall, which are in place before it is switched on. */
  private guard(name: string, args: CtArgs, ct: proxmoxve.ContainerLegacy): pulumi.Resource[] {
    const own = { nodeName: args.site.args.proxmox.nodeName, containerId: ct.vmId };
    const rules = new proxmoxve.firewall.RulesLegacy(
      `${name}-firewall-rules`,
      { ...own, rules: pulumi.output(args.firewall).apply(proxmoxRules) },
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

/** Properties of a CT that exists and whose difference from the program is no reason to change it. */
function ignoredChanges({ privileged, build }: CtArgs): string[] {
  return [
    // Features of a privileged CT are root's: ContainerHostConfig sets them and sees their drift.
    ...(privileged ? ["features"] : []),
    // Whether it runs is the business of ContainerHostConfig and of the site's power.
    "started",
    // CTs of an earlier version have none; they are no reason to touch one.
    ...["timeoutCreate", "timeoutUpdate", "timeoutDelete"],
    // A newer template is for new CTs. One that exists is built anew only when its build says so.
    ...(build ? [] : ["operatingSystem.templateFileId"]),
  ];
}

/** The CT's values, once its site has been found to know it: the node's filters drop what others send. */
function knownCt({ site, guest }: CtArgs, ct: pulumi.Resource): pulumi.Output<Guest> {
  return pulumi.all([site.known, knownGuest(guest)]).apply(([{ guests }, known]) => {
    if (guests.some(({ name, vmid }) => name === known.name && vmid === known.vmid)) return known;
    throw new pulumi.ResourceError(
      `CT ${known.vmid} "${known.name}" is not among the guests of its site; add it there, or the ` +
        "Proxmox node drops what it sends",
      ct,
    );
  });
}

function ctArgs(args: CtArgs, known: pulumi.Output<Guest>): proxmoxve.ContainerLegacyArgs {
  const { site, guest } = args;
  const { proxmox, lan, privateNetwork, proxmoxFirewall = false } = site.args;
  const sides = { lan, private: privateNetwork };
  return {
    nodeName: proxmox.nodeName,
    vmId: known.vmid,
    description: args.description,
    tags: [guest.role, OWN_TAG].sort(), // Proxmox sorts them; another order would be a difference
    unprivileged: !args.privileged,
    features: args.privileged ? undefined : { nesting: true },
    // ContainerHostConfig starts it, once, when its features and raw lines are set: Proxmox ends the creation
    // of a started CT before the CT runs, and a second start meets the first one's lock.
    started: false,
    // Seconds that Proxmox's tasks may take; a failed one ends the wait at once. The bridge would wait for half
    // an hour, and give a deletion no more than a minute.
    timeoutCreate: 900,
    timeoutUpdate: 600,
    timeoutDelete: 300,
    startOnBoot: true,
    startup: { order: known.startOrder },
    protection: args.deletionProtection ? true : undefined,
    cpu: { cores: args.cores },
    memory: { dedicated: known.memoryMiB, swap: 0 },
    disk: { datastoreId: proxmox.storage, size: known.diskGiB },
    // With a type other than "unmanaged" Proxmox writes network, name and resolver into the CT.
    operatingSystem: {
      templateFileId: args.build?.template ?? proxmox.template,
      type: "debian",
    },
    networkInterfaces: guest.ports.map(({ on, address }, index) => ({
      name: `eth${index}`,
      bridge: on === "lan" ? site.lanBridge : site.privateBridge,
      firewall: proxmoxFirewall,
      // The guards of the node's bridge ports expect it.
      macAddress: pulumi.output(address).apply(macOf),
    })),
    initialization: {
      hostname: guest.name,
      dns: { servers: [site.known.nameserver] },
      ipConfigs: guest.ports.map(({ on, address }, index) => ({
        ipv4: {
          address: pulumi
            .all([address, sides[on].cidr])
            .apply(([own, cidr]) => withPrefix(own, cidr)),
          // The first interface leads out; a second one reaches its own subnet only.
          gateway: index === 0 ? sides[on].gateway : undefined,
        },
      })),
      userAccount: { keys: [site.access.publicKey] },
    },
  };
}
