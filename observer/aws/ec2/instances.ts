import type { CtSettings } from "../../../lib/stack/settings";
import type { AwsFacts } from "../facts";
import {
  ACCOUNT,
  imageId,
  instanceId,
  reservationId,
  securityGroupId,
  subnetId,
  tagsOf,
  vpcId,
  ZONE,
} from "../names";
import type { Document } from "../wire/document";
import { textsOf } from "../wire/input";
import type { Input } from "../wire/query";
import { ec2Page, filtered, type Filters, tagSet, withIds } from "./filters";

/** The app nodes: load balancer and database are services of their own to AWS, and no instances. */
export function describeInstances(input: Input, lab: AwsFacts): Document {
  const named = withIds(lab.settings.appNodes, textsOf(input, "InstanceId"), {
    id: ({ vmid }) => instanceId(vmid),
    code: "InvalidInstanceID.NotFound",
    what: "instance ID",
  });
  const found = filtered(named, input, filtersOf(lab), (node) => tags(lab, node));
  const { items, next } = ec2Page(found, input);
  return {
    reservationSet: items.map((node) => ({
      reservationId: reservationId(node.vmid),
      ownerId: ACCOUNT,
      groupSet: [],
      instancesSet: [described(lab, node)],
    })),
    nextToken: next,
  };
}

const tags = (lab: AwsFacts, { name, vmid }: CtSettings) =>
  tagsOf(lab, name, { "homelab:role": "app", "homelab:vmid": String(vmid) });

const filtersOf = (lab: AwsFacts): Filters<CtSettings> => ({
  "instance-id": ({ vmid }) => [instanceId(vmid)],
  "instance-state-name": ({ vmid }) => [stateOf(lab, vmid).name],
  "private-ip-address": ({ address }) => [address],
  "network-interface.addresses.private-ip-address": ({ address }) => [address],
  "availability-zone": () => [ZONE],
  "subnet-id": () => [subnetId(lab, "private")],
  "vpc-id": () => [vpcId(lab)],
  "image-id": () => [imageId(lab)],
  "instance.group-id": () => [securityGroupId(lab, "app")],
  "instance.group-name": () => ["app"],
  "instance-type": (node) => [typeOf(node)],
});

/** AWS's types say memory and processors; here they say the cap of the CT's memory. */
const typeOf = ({ memoryMiB }: CtSettings) => `lxc.${memoryMiB}mib`;

/** Code and name as EC2 has them; a CT that nobody was heard of is pending. */
function stateOf({ guests }: AwsFacts, vmid: number): { code: number; name: string } {
  const status = guests.get(vmid)?.status;
  if (status === undefined) return { code: 0, name: "pending" };
  return status === "running" ? { code: 16, name: "running" } : { code: 80, name: "stopped" };
}

function described(lab: AwsFacts, node: CtSettings): Document {
  const uptime = lab.guests.get(node.vmid)?.uptimeSeconds;
  const group = [{ groupId: securityGroupId(lab, "app"), groupName: "app" }];
  const place = { subnetId: subnetId(lab, "private"), vpcId: vpcId(lab) };
  return {
    instanceId: instanceId(node.vmid),
    imageId: imageId(lab),
    instanceState: stateOf(lab, node.vmid),
    privateDnsName: node.name,
    dnsName: "",
    amiLaunchIndex: 0,
    instanceType: typeOf(node),
    // In whole seconds, so that it stays the same from call to call.
    launchTime:
      uptime === undefined ? undefined : new Date((Math.floor(lab.at / 1000) - uptime) * 1000),
    placement: { availabilityZone: ZONE, tenancy: "default" },
    monitoring: { state: "enabled" },
    ...place,
    privateIpAddress: node.address,
    architecture: "x86_64",
    rootDeviceType: "ebs",
    virtualizationType: "hvm",
    groupSet: group,
    sourceDestCheck: true,
    tagSet: tagSet(tags(lab, node)),
  };
}
