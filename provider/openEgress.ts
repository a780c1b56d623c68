import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { lazyProvider } from "./lazyProvider";

export interface OpenEgressArgs {
  /** The Proxmox node, as root. */
  node: pulumi.Input<SshEndpoint>;
  /** File on the node that is there from the opening of the way out until its closing. */
  marker: pulumi.Input<string>;
}

/**
 * Sees, before anything else is done, that an earlier run opened the private subnet's way out and did
 * not get to the end. What was left to do then needs it again, though nothing in the program changed.
 * It changes nothing on the node.
 */
export class OpenEgress extends pulumi.dynamic.Resource {
  /** How often a run was found unfinished: a trigger for everything that opens the way out. */
  declare readonly unfinished: pulumi.Output<number>;

  constructor(name: string, args: OpenEgressArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("openEgressProvider"),
      name,
      { ...args, unfinished: undefined, stateVersion: undefined },
      opts,
      "homelab",
      "OpenEgress",
    );
  }
}
