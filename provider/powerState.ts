import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { lazyProvider } from "./lazyProvider";
import type { ProxmoxApiArgs } from "./proxmoxApi";

export interface PowerStateArgs extends ProxmoxApiArgs {
  nodeName: pulumi.Input<string>;
  /** The Proxmox node, as root. */
  node: pulumi.Input<SshEndpoint>;
  /** CTs to keep started, in the order in which they are started. */
  vmids: pulumi.Input<pulumi.Input<number>[]>;
}

/**
 * Starts again, before anything else is done, the CTs that somebody stopped. Without a refresh nothing
 * else would notice, and whatever has work to do in a stopped CT would fail. Deleting it does nothing.
 */
export class PowerState extends pulumi.dynamic.Resource {
  declare private readonly starts: pulumi.Output<Record<string, number> | undefined>;

  constructor(name: string, args: PowerStateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("powerStateProvider"),
      name,
      {
        endpoint: args.endpoint,
        token: args.token === undefined ? undefined : pulumi.secret(args.token),
        nodeName: args.nodeName,
        node: args.node,
        vmids: args.vmids,
        starts: undefined,
        stateVersion: undefined,
      },
      opts,
      "homelab",
      "PowerState",
    );
  }

  /** How often this CT was started again: a trigger for what must wait until it is up. */
  startsOf(vmid: pulumi.Input<number>): pulumi.Output<number> {
    return pulumi.all([this.starts, vmid]).apply(([starts, id]) => starts?.[id] ?? 0);
  }
}
