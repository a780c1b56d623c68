import * as command from "@pulumi/command";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { withPrefix } from "../lib/net/cidr";
import type { NodeNetwork } from "../lib/net/nodeNetwork";
import { setUpNode, tearDownNode } from "../lib/net/nodeSetup";
import { BRIDGE_COMMENT } from "../lib/preflight/preflightRules";
import type { NatMode } from "../lib/stack/settings";
import type { NodeAccess } from "./access";
import { nodeConnection } from "./access";
import { Egress } from "./egress";

export interface NetworkArgs {
  /** Proxmox node of the bridge. A change replaces it. */
  nodeName: pulumi.Input<string>;
  access: NodeAccess;
  /** Bridges, subnet and CTs. A changed bridge name replaces the bridge and restarts every CT. */
  network: pulumi.Input<NodeNetwork>;
  /**
   * With `provisioning` the way out is closed but while packages are installed.
   *
   * @default "always"
   */
  nat?: NatMode;
}

/**
 * The VPC: a public subnet (the LAN's bridge) and a private one behind NAT, with the Proxmox node's
 * filters: nothing is forwarded into the private subnet, the node is closed to it, and each CT speaks
 * with its own address only.
 */
export class Network extends pulumi.ComponentResource {
  readonly lanBridge: pulumi.Output<string>;
  readonly privateBridge: pulumi.Output<string>;
  /** The way out of the private subnet; undefined where it is always open. */
  readonly egress?: Egress;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Network", name, {}, opts);
    const network = pulumi.output(args.network);
    const bridge = new proxmoxve.network.linux.Bridge(
      `${name}-private`,
      {
        nodeName: args.nodeName,
        name: network.privateBridge,
        address: network.apply((known) => withPrefix(known.gateway, known.privateCidr)),
        autostart: true,
        comment: BRIDGE_COMMENT,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const filters = new command.remote.Command(
      `${name}-filters`,
      {
        connection: nodeConnection(args.access),
        create: network.apply(setUpNode),
        delete: network.apply(tearDownNode),
      },
      // The addresses of the bridge come back with a reload, the rules with its post-up line;
      // the filters of another bridge than before go with that.
      { parent: this, dependsOn: [bridge], replaceWith: [bridge], deleteBeforeReplace: true },
    );
    if (args.nat === "provisioning") {
      const inside = { parent: this };
      this.egress = new Egress(`${name}-egress`, args.access, network, filters, inside);
    }
    this.lanBridge = network.lanBridge;
    this.privateBridge = network.privateBridge;
    this.registerOutputs({
      lanBridge: this.lanBridge,
      privateBridge: this.privateBridge,
    });
  }
}
