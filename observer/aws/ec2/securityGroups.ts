import { labGroups } from "../../../lib/stack/labGroups";
import { BASTION } from "../../../lib/stack/ways";
import type { IngressRule, SecurityGroup } from "../../../lib/security/securityGroup";
import type { AwsFacts } from "../facts";
import { ACCOUNT, REGION, securityGroupId, tagsOf, vpcId } from "../names";
import type { Document } from "../wire/document";
import { textsOf } from "../wire/input";
import type { Input } from "../wire/query";
import { ec2Page, filtered, type Filters, tagSet, withIds } from "./filters";

/** The one model of who may reach whom that every filter of the lab is compiled from. */
export function describeSecurityGroups(input: Input, lab: AwsFacts): Document {
  const byId = withIds(labGroups(lab.settings), textsOf(input, "GroupId"), {
    id: ({ name }) => securityGroupId(lab, name),
    code: "InvalidGroup.NotFound",
    what: "security group",
  });
  const byName = withIds(byId, textsOf(input, "GroupName"), {
    id: ({ name }) => name,
    code: "InvalidGroup.NotFound",
    what: "security group",
  });
  const found = filtered(byName, input, filtersOf(lab), ({ name }) => tagsOf(lab, name));
  const { items, next } = ec2Page(found, input);
  return { securityGroupInfo: items.map((group) => described(lab, group)), nextToken: next };
}

const filtersOf = (lab: AwsFacts): Filters<SecurityGroup> => ({
  "group-id": ({ name }) => [securityGroupId(lab, name)],
  "group-name": ({ name }) => [name],
  "owner-id": () => [ACCOUNT],
  "vpc-id": () => [vpcId(lab)],
  "ip-permission.from-port": ({ ingress }) => ingress.map(({ port }) => String(port)),
  "ip-permission.to-port": ({ ingress }) => ingress.map(({ port }) => String(port)),
  "ip-permission.protocol": ({ ingress }) => ingress.map(({ protocol }) => protocol),
  "ip-permission.cidr": ({ ingress }) =>
    ingress.flatMap(({ from }) => ("cidr" in from ? [from.cidr] : [])),
  "ip-permission.group-id": ({ ingress }) =>
    ingress.flatMap(({ from }) => ("cidr" in from ? [] : [securityGroupId(lab, from.name)])),
});

function described(lab: AwsFacts, group: SecurityGroup): Document {
  const id = securityGroupId(lab, group.name);
  return {
    ownerId: ACCOUNT,
    groupId: id,
    groupName: group.name,
    groupDescription: descriptionOf(group),
    securityGroupArn: `arn:aws:ec2:${REGION}:${ACCOUNT}:security-group/${id}`,
    vpcId: vpcId(lab),
    ipPermissions: group.ingress.map((rule) => permission(lab, rule)),
    // What a machine begins itself, groups do not stop.
    ipPermissionsEgress: [{ ipProtocol: "-1", ipRanges: [{ cidrIp: "0.0.0.0/0" }] }],
    tagSet: tagSet(tagsOf(lab, group.name)),
  };
}

function descriptionOf({ members }: SecurityGroup): string {
  const names = members.map(({ name }) => (name === BASTION ? "the Proxmox node" : name));
  return names.join(", ") || "nobody";
}

function permission(lab: AwsFacts, { from, port, protocol, description }: IngressRule): Document {
  return {
    ipProtocol: protocol,
    fromPort: port,
    toPort: port,
    ipRanges: "cidr" in from ? [{ cidrIp: from.cidr, description }] : [],
    groups:
      "cidr" in from
        ? []
        : [{ userId: ACCOUNT, groupId: securityGroupId(lab, from.name), description }],
  };
}
