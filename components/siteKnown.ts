import * as pulumi from "@pulumi/pulumi";
import type { NetworkSettings } from "../lib/net/nodeNetwork";
import type { Guest } from "../lib/stack/guest";
import { duplicateGuests, guestProblems, subnetProblems } from "../lib/stack/guestRules";
import type { Settings } from "../lib/stack/settings";
import { knownGuest } from "./guest";
import type { SiteArgs } from "./siteArgs";

/** A site with all its values. */
export interface KnownSite extends NetworkSettings {
  proxmox: Settings["proxmox"];
  guests: readonly Guest[];
  proxmoxFirewall: boolean;
}

/** What CTs ask for names unless they are told otherwise. */
const NAMESERVER = "1.1.1.1";

/** The values of a site with the defaults, checked: an error names the site, the CT and the argument. */
export function knownSite(args: SiteArgs, site: pulumi.Resource): pulumi.Output<KnownSite> {
  const { proxmox, lan, privateNetwork, nat = "always", proxmoxFirewall = false } = args;
  const guests = pulumi.all(args.guests.map(knownGuest));
  return pulumi
    .all([proxmox, lan, privateNetwork, args.nameserver, args.aptProxy, guests] as const)
    .apply(([node, publicSubnet, own, nameserver, aptProxy, cts]) => {
      const subnets = { lan: publicSubnet, private: own };
      const problems = subnetProblems(subnets);
      // Without subnets there is nothing to hold the CTs against.
      if (problems.length === 0) {
        problems.push(...cts.flatMap((guest) => guestProblems(guest, subnets)));
        problems.push(...duplicateGuests(cts, subnets));
      }
      if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), site);
      return {
        proxmox: node,
        ...{ lan: publicSubnet, privateNetwork: own, aptProxy, nat, proxmoxFirewall },
        nameserver: nameserver ?? NAMESERVER,
        guests: cts,
      };
    });
}
