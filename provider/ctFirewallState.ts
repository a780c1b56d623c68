import * as pulumi from "@pulumi/pulumi";
import type { CtFirewallRules } from "../lib/security/ctFirewall";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { lazyProvider } from "./lazyProvider";

export interface CtFirewallStateArgs {
  /** The Proxmox node, as root: `pct exec` gets into the CT where its rules keep SSH out. */
  node: pulumi.Input<SshEndpoint>;
  vmid: pulumi.Input<number>;
  /** The rules that must be in force. */
  rules: pulumi.Input<CtFirewallRules>;
  /** It looks and repairs again when one of these changes. */
  triggers: pulumi.Input<pulumi.Input<unknown>[]>;
}

/**
 * A CT's firewall, in force. Every preview and update looks at the rules of the CT's kernel, and a refresh
 * records what it finds. Only an update repairs, and it fails when a second look still finds other rules.
 * Deleting it does nothing: the rules go with the CT.
 */
export class CtFirewallState extends pulumi.dynamic.Resource {
  constructor(name: string, args: CtFirewallStateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("ctFirewallStateProvider"),
      name,
      { ...args, preview: pulumi.runtime.isDryRun(), problems: undefined, stateVersion: undefined },
      opts,
      "homelab",
      "CtFirewallState",
    );
  }
}
