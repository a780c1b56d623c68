import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { nodeNetwork } from "../lib/net/nodeNetwork";
import type { PowerState } from "../provider/powerState";
import type { NodeAccess } from "./access";
import { Network } from "./network";
import { powerState, preflight } from "./preflight";
import type { SiteArgs } from "./siteArgs";
import { type KnownSite, knownSite } from "./siteKnown";

/**
 * What the CTs of a stack share: the Proxmox provider, the look at Proxmox before anything is made, the
 * network with its filters, and the power of the CTs. Every component is given its site. A stack may have
 * several, each with a private bridge of its own.
 *
 * @throws ResourceError for a subnet or guest that cannot be, once the values are known
 */
export class Site extends pulumi.ComponentResource {
  readonly args: SiteArgs;
  /** The site with its defaults, checked. Known at preview where what was given is. */
  readonly known: pulumi.Output<KnownSite>;
  readonly access: NodeAccess;
  readonly network: Network;
  readonly lanBridge: pulumi.Output<string>;
  readonly privateBridge: pulumi.Output<string>;
  /** Tells which CTs were found stopped and were started again. */
  readonly power: PowerState;
  private readonly provider: proxmoxve.Provider;
  private readonly first: pulumi.Resource[];

  constructor(name: string, args: SiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Site", name, {}, opts);
    this.args = args;
    this.known = knownSite(args, this);
    this.access = args.access;
    // These stood at the top of the stack in an earlier version.
    const inside = (was: string): pulumi.CustomResourceOptions => ({
      parent: this,
      aliases: [{ name: was, parent: pulumi.rootStackResource }],
    });
    // First of all: what Proxmox would refuse half way is refused before anything is made.
    const checks = preflight(`${name}-preflight`, this, inside("preflight"));
    this.power = powerState(`${name}-power`, this, { ...inside("power"), dependsOn: checks });
    this.first = [checks, this.power];
    this.provider = new proxmoxve.Provider(
      `${name}-proxmox`,
      { endpoint: args.proxmox.endpoint, apiToken: args.apiToken },
      { ...inside("proxmox"), dependsOn: this.first },
    );
    this.network = new Network(
      `${name}-network`,
      {
        nodeName: args.proxmox.nodeName,
        access: args.access,
        network: this.known.apply((site) => nodeNetwork(site, site.guests)),
        nat: args.nat,
      },
      { ...inside("network"), ...this.options() },
    );
    this.lanBridge = this.network.lanBridge;
    this.privateBridge = this.network.privateBridge;
    this.registerOutputs({ lanBridge: this.lanBridge, privateBridge: this.privateBridge });
  }

  /** Options of a component that belongs to this site: its provider, and what must come before it. */
  options(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
    const own = { providers: { proxmoxve: this.provider }, dependsOn: this.first };
    return pulumi.mergeOptions(own, opts);
  }

  /**
   * The last step of a program whose private subnet is open only while packages are installed
   * (`nat: provisioning`): closes it again once these components stand.
   */
  closeEgress(installed: pulumi.Resource[]): void {
    this.network.egress?.close(installed);
  }
}
