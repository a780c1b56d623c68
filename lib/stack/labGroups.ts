import type { CtFirewallRules } from "../security/ctFirewall";
import { firewallOf } from "../security/ctFirewall";
import type { IngressRule, SecurityGroup } from "../security/securityGroup";
import { GUEST_KINDS } from "./guestKinds";
import type { GuestKind } from "./guest";
import { guestsOf, memberOfGuest } from "./guests";
import type { Settings } from "./settings";
import { bastionGroup, sshWay } from "./ways";

/**
 * The stack's security groups, the bastion's first; what they do not name is closed, pings included.
 *
 * A kind may refer to the groups of all kinds, whatever their order.
 */
export function labGroups(
  settings: Settings,
  kinds: readonly GuestKind[] = GUEST_KINDS,
): readonly SecurityGroup[] {
  const bastion = bastionGroup(settings.privateNetwork.gateway);
  const ssh = sshWay(bastion);
  const made = kinds.map((kind) => {
    const members = guestsOf(settings, [kind]).map(memberOfGuest);
    return { kind, group: { name: kind.group, members, ingress: [] as IngressRule[] } };
  });
  const groups = [bastion, ...made.map(({ group }) => group)];
  const named = (name: string) => groupNamed(groups, name);
  for (const { kind, group } of made) group.ingress.push(...kind.ingress(named, settings), ssh);
  return groups;
}

/** @throws Error when there is none, for the caller made the name up */
export function groupNamed(groups: readonly SecurityGroup[], name: string): SecurityGroup {
  const found = groups.find((group) => group.name === name);
  if (found) return found;
  const names = groups.map((group) => group.name).join(", ");
  throw new Error(`there is no security group "${name}"; the groups are ${names}`);
}

/** The firewall of every guest, by the name of its CT. */
export function guestFirewalls(
  settings: Settings,
  kinds: readonly GuestKind[] = GUEST_KINDS,
): ReadonlyMap<string, CtFirewallRules> {
  const groups = labGroups(settings, kinds);
  return new Map(
    kinds.flatMap((kind) =>
      guestsOf(settings, [kind]).map(({ name, unit }) => [
        name,
        firewallOf(groupNamed(groups, kind.group), name, unit),
      ]),
    ),
  );
}
