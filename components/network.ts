import * as command from "@pulumi/command";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { withPrefix } from "../lib/net/cidr";
import { natFiles, removeNat, setUpNat } from "../lib/net/nat";
import { BRIDGE_COMMENT } from "../lib/preflight/judge";
import type { NodeAccess } from "./access";
import { nodeConnection } from "./access";

export interface NetworkArgs {
  nodeName: string;
  access: NodeAccess;
  /** The existing bridge of the LAN, through which the private subnet reaches the internet. */
  lanBridge: string;
  /** Name of the private bridge. Changing it replaces the bridge and restarts every CT. */
  privateBridge: string;
  /** The private subnet, e.g. `10.10.10.0/24`. */
  privateCidr: string;
  /** The Proxmox node's address in it. Applied in place. */
  privateGateway: string;
}

/**
 * The VPC: a public subnet (the LAN's bridge) and a private one behind NAT. Nothing that comes from
 * the LAN is forwarded into the private subnet.
 */
export class Network extends pulumi.ComponentResource {
  readonly lanBridge: pulumi.Output<string>;
  readonly privateBridge: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Network", name, {}, opts);
    const bridge = new proxmoxve.network.linux.Bridge(
      `${name}-private`,
      {
        nodeName: args.nodeName,
        name: args.privateBridge,
        address: withPrefix(args.privateGateway, args.privateCidr),
        autostart: true,
        comment: BRIDGE_COMMENT,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const nat = {
      lanBridge: args.lanBridge,
      privateBridge: args.privateBridge,
      privateCidr: args.privateCidr,
    };
    const setUp = setUpNat(nat);
    new command.remote.Command(
      `${name}-nat`,
      {
        connection: nodeConnection(args.access),
        create: setUp,
        update: setUp,
        delete: removeNat(nat),
        triggers: [natFiles(nat).rules],
      },
      // The addresses of the bridge come back with a reload, the rules with its post-up line.
      { parent: this, dependsOn: [bridge], deleteBeforeReplace: true },
    );
    this.lanBridge = pulumi.output(args.lanBridge);
    this.privateBridge = pulumi.output(args.privateBridge);
    this.registerOutputs({
      lanBridge: this.lanBridge,
      privateBridge: this.privateBridge,
    });
  }
}
