import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import type { GuardedCt } from "./firewallState.provider";
import { firewallStateProvider } from "./firewallState.provider";

export interface FirewallStateArgs {
  /** The Proxmox node, as root. */
  node: SshEndpoint;
  /** Every CT with the rules that must be in force in it. */
  cts: GuardedCt[];
}

/**
 * Sees at every preview and update that each CT's kernel has the rules of its security group, and
 * installs them anew where it has not; fails with the likely cause where that does not help. Deleting
 * it does nothing.
 */
export class FirewallState extends pulumi.dynamic.Resource {
  constructor(name: string, args: FirewallStateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      firewallStateProvider,
      name,
      { node: args.node, cts: args.cts, repairs: undefined, stateVersion: undefined },
      opts,
      "homelab",
      "FirewallState",
    );
  }
}
