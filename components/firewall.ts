import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { memberOf, type SecurityGroup } from "../lib/security/securityGroup";
import { configureFlowLog, FIREWALL_PACKAGES, startFlowLog } from "../lib/security/installFlowLog";
import { installFirewall } from "../lib/security/installFirewall";
import { aptInstall } from "../lib/shell/apt";
import { script } from "../lib/shell/quote";
import type { Container } from "./ct";
import { ctCommand } from "./ctCommand";

export interface FirewallArgs {
  container: Container;
  securityGroup: SecurityGroup;
  /** Name of the CT, which is a member of the group. */
  member: string;
  /** Unit that does not start before the rules are in force. */
  service: string;
  aptProxy?: string;
}

/** A CT's security group, in force in the CT itself. What installs the service depends on it. */
export function firewall(
  name: string,
  args: FirewallArgs,
  parent: pulumi.Resource,
): command.remote.Command {
  const { container, securityGroup: group, service } = args;
  return ctCommand(
    `${name}-firewall`,
    {
      container,
      installs: true,
      script: script(
        configureFlowLog(),
        aptInstall(FIREWALL_PACKAGES, args.aptProxy),
        installFirewall(group, memberOf(group, args.member), service),
        startFlowLog(),
      ),
    },
    parent,
  );
}
