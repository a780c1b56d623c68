import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { nodeNetwork } from "../lib/net/nodeNetwork";
import type { PowerState } from "../provider/powerState";
import type { NodeAccess } from "./access";
import { Network } from "./network";
import { powerState, preflight } from "./preflight";
import type { SiteArgs } from "./siteArgs";

/**
 * What the CTs of a stack share: the Proxmox provider, the look at Proxmox before anything is made, the
 * network with its filters, and the power of the CTs. Every component is given its site.
 */
export class Site extends pulumi.ComponentResource {
  readonly args: SiteArgs;
  readonly access: NodeAccess;
  readonly network: Network;
  /** Tells which CTs were found stopped and were started again. */
  readonly power: PowerState;
  private readonly provider: proxmoxve.Provider;
  private readonly first: pulumi.Resource[];

  constructor(name: string, args: SiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Site", name, {}, opts);
    this.args = args;
    this.access = args.access;
    // These stood at the top of the stack in an earlier version.
    const inside = (was: string): pulumi.CustomResourceOptions => ({
      parent: this,
      aliases: [{ name: was, parent: pulumi.rootStackResource }],
    });
    // First of all: what Proxmox would refuse half way is refused before anything is made.
    const checks = preflight(`${name}-preflight`, args, inside("preflight"));
    this.power = powerState(`${name}-power`, args, { ...inside("power"), dependsOn: checks });
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
        network: nodeNetwork(args, args.guests),
      },
      { ...inside("network"), ...this.options() },
    );
    this.registerOutputs({
      lanBridge: this.network.lanBridge,
      privateBridge: this.network.privateBridge,
    });
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
