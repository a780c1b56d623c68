import * as pulumi from "@pulumi/pulumi";
import type { CtFirewallRules } from "../lib/security/ctFirewall";
import { installCtFirewall } from "../lib/security/installFirewall";
import { CtFirewallState } from "../provider/ctFirewallState";
import type { Ct } from "./ct";
import { ctCommand } from "./ctCommand";

export interface CtFirewallArgs {
  ct: Ct;
  /** Who may connect to the CT; everybody else is dropped. Applied in place. */
  rules: pulumi.Input<CtFirewallRules>;
}

/**
 * The firewall of one CT, declared as data. A command installs exactly the script that is rendered from
 * the rules; `seal` looks, at every update, whether they are in force. What installs the CT's service
 * depends on `installed`, so that there is no moment without rules.
 */
export class CtFirewall extends pulumi.ComponentResource {
  readonly installed: pulumi.Resource;
  private readonly args: CtFirewallArgs;
  private readonly name: string;

  constructor(name: string, args: CtFirewallArgs, opts: pulumi.ComponentResourceOptions) {
    super("homelab:components:CtFirewall", name, {}, opts);
    this.name = name;
    this.args = args;
    const { ct, rules } = args;
    this.installed = ctCommand(
      `${name}-firewall`,
      {
        ct,
        installs: true,
        script: pulumi
          .all([rules, ct.site.known])
          .apply(([known, { aptProxy }]) => installCtFirewall(known, aptProxy)),
        // It was the child of the load balancer, app node or database itself in an earlier version.
        aliases: [{ parent: opts.parent }],
      },
      this,
    );
    this.registerOutputs({});
  }

  /**
   * Looks whether the rules are in force, once everything that could change them has run: in previews
   * without a change, in updates with one repair where they are not.
   *
   * @param last what the CT's service needs to run
   */
  seal(last: pulumi.Resource[]): pulumi.Resource {
    const { ct, rules } = this.args;
    return new CtFirewallState(
      `${this.name}-firewall-state`,
      {
        node: ct.site.access.endpoint,
        vmid: ct.guest.vmid,
        rules,
        triggers: [ct.incarnation, ct.starts],
      },
      { parent: this, dependsOn: [this.installed, ...last], deletedWith: ct.ct },
    );
  }
}
