import * as pulumi from "@pulumi/pulumi";
import {
  type CtFirewallRules,
  firewallRules,
  type Ingress,
  ingressOf,
} from "../lib/security/ctFirewall";
import type { IngressRule, SecurityGroup } from "../lib/security/securityGroup";
import { memberOfGuest } from "../lib/stack/guests";
import { bastionGroup, sshWay } from "../lib/stack/ways";
import { type GuestArgs, knownGuest } from "./guest";
import type { Site } from "./site";

/** Who may connect to a CT; everybody else is dropped. */
export type IngressArgs = pulumi.Input<readonly pulumi.Input<Ingress>[]>;

/**
 * The firewall of a CT.
 *
 * @param given ways in that replace the usual ones
 * @param usual what the component is for; SSH from the Proxmox node is added
 */
export function ctRules(
  site: Site,
  guest: GuestArgs,
  given: IngressArgs | undefined,
  usual: pulumi.Output<IngressRule[]>,
): pulumi.Output<CtFirewallRules> {
  const ingress = given === undefined ? withSsh(site, usual) : pulumi.output(given);
  return pulumi
    .all([knownGuest(guest), ingress])
    .apply(([known, list]) => firewallRules(known, list));
}

function withSsh(site: Site, usual: pulumi.Output<IngressRule[]>) {
  return pulumi.all([site.known, usual]).apply(([{ privateNetwork }, rules]) => {
    return ingressOf([...rules, sshWay(bastionGroup(privateNetwork.gateway))]);
  });
}

/** CTs as a security group that rules can refer to; its name is for descriptions. */
export function groupOf(name: string, guests: readonly GuestArgs[]): pulumi.Output<SecurityGroup> {
  return pulumi
    .all(guests.map(knownGuest))
    .apply((known) => ({ name, members: known.map(memberOfGuest), ingress: [] }));
}
