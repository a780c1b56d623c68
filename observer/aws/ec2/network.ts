import { parseCidr } from "../../../lib/net/cidr";
import { guestsOf } from "../../../lib/stack/guests";
import { addressOn, type Side, SIDES } from "../../../lib/security/securityGroup";
import type { AwsFacts } from "../facts";
import { ACCOUNT, REGION, subnetId, tagsOf, vpcId, ZONE } from "../names";
import type { Document } from "../wire/document";
import { textsOf } from "../wire/input";
import type { Input } from "../wire/query";
import { ec2Page, filtered, type Filters, tagSet, withIds } from "./filters";

/** The LAN is the public subnet, the bridge with the CTs the private one. */
const SUBNET_NAMES: Record<Side, string> = { lan: "public", private: "private" };

const cidrOf = ({ settings }: AwsFacts, side: Side): string =>
  side === "lan" ? settings.lan.cidr : settings.privateNetwork.cidr;

export function describeSubnets(input: Input, lab: AwsFacts): Document {
  const named = withIds(SIDES, textsOf(input, "SubnetId"), {
    id: (side) => subnetId(lab, side),
    code: "InvalidSubnetID.NotFound",
    what: "subnet ID",
  });
  const filters: Filters<Side> = {
    "subnet-id": (side) => [subnetId(lab, side)],
    "vpc-id": () => [vpcId(lab)],
    "cidr-block": (side) => [cidrOf(lab, side)],
    "availability-zone": () => [ZONE],
    "map-public-ip-on-launch": (side) => [String(side === "lan")],
    state: () => ["available"],
  };
  const tags = (side: Side) => tagsOf(lab, SUBNET_NAMES[side]);
  const { items, next } = ec2Page(filtered(named, input, filters, tags), input);
  return { subnetSet: items.map((side) => subnet(lab, side)), nextToken: next };
}

function subnet(lab: AwsFacts, side: Side): Document {
  const id = subnetId(lab, side);
  return {
    subnetId: id,
    subnetArn: `arn:aws:ec2:${REGION}:${ACCOUNT}:subnet/${id}`,
    state: "available",
    vpcId: vpcId(lab),
    ownerId: ACCOUNT,
    cidrBlock: cidrOf(lab, side),
    availableIpAddressCount: freeAddresses(lab, side),
    availabilityZone: ZONE,
    defaultForAz: false,
    mapPublicIpOnLaunch: side === "lan",
    tagSet: tagSet(tagsOf(lab, SUBNET_NAMES[side])),
  };
}

/** Without the first, the last and the gateway's. What others use in the LAN is not known. */
function freeAddresses(lab: AwsFacts, side: Side): number {
  const { prefix } = parseCidr(cidrOf(lab, side))!;
  const used = guestsOf(lab.settings).filter((guest) => addressOn(guest, side) !== undefined);
  return Math.max(0, 2 ** (32 - prefix) - 3 - used.length);
}

export function describeVpcs(input: Input, lab: AwsFacts): Document {
  const id = vpcId(lab);
  const named = withIds([id], textsOf(input, "VpcId"), {
    id: (one) => one,
    code: "InvalidVpcID.NotFound",
    what: "vpc ID",
  });
  const filters: Filters<string> = {
    "vpc-id": (one) => [one],
    cidr: () => [cidrOf(lab, "private")],
    "cidr-block-association.cidr-block": () => SIDES.map((side) => cidrOf(lab, side)),
    "is-default": () => ["false"],
    "owner-id": () => [ACCOUNT],
    state: () => ["available"],
  };
  const tags = tagsOf(lab, lab.stack);
  const { items, next } = ec2Page(
    filtered(named, input, filters, () => tags),
    input,
  );
  return {
    vpcSet: items.map((one) => ({
      vpcId: one,
      ownerId: ACCOUNT,
      state: "available",
      cidrBlock: cidrOf(lab, "private"),
      cidrBlockAssociationSet: (["private", "lan"] as const).map((side) => ({
        associationId: `vpc-cidr-assoc-${subnetId(lab, side).slice("subnet-".length)}`,
        cidrBlock: cidrOf(lab, side),
        cidrBlockState: { state: "associated" },
      })),
      instanceTenancy: "default",
      isDefault: false,
      tagSet: tagSet(tags),
    })),
    nextToken: next,
  };
}
