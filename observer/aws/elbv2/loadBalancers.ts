import type { AwsFacts } from "../facts";
import { loadBalancerArn, securityGroupId, subnetId, vpcId, ZONE } from "../names";
import type { Document } from "../wire/document";
import { textsOf } from "../wire/input";
import { invalid, Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import { needLoadBalancer, pageFor } from "./found";

export function describeLoadBalancers(input: Input, lab: AwsFacts): Document {
  const arns = textsOf(input, "LoadBalancerArns");
  const names = textsOf(input, "Names");
  if (arns && names) throw invalid("Load balancer ARNs and names cannot be specified together");
  for (const arn of arns ?? []) needLoadBalancer(lab, arn);
  const { name } = lab.settings.loadBalancer;
  const missing = names?.filter((one) => one !== name) ?? [];
  if (missing.length > 0) {
    throw new Problem("LoadBalancerNotFound", `Load balancers '[${missing.join(", ")}]' not found`);
  }
  const { items, next } = pageFor([loadBalancer(lab)], input);
  return { LoadBalancers: items, NextMarker: next };
}

function loadBalancer(lab: AwsFacts): Document {
  const { name, lanAddress } = lab.settings.loadBalancer;
  return {
    LoadBalancerArn: loadBalancerArn(lab),
    // Clients reach it by its address: the lab has no DNS.
    DNSName: lanAddress,
    LoadBalancerName: name,
    Scheme: "internet-facing",
    VpcId: vpcId(lab),
    State: stateOf(lab),
    Type: "application",
    AvailabilityZones: [
      {
        ZoneName: ZONE,
        SubnetId: subnetId(lab, "lan"),
        LoadBalancerAddresses: [{ IpAddress: lanAddress }],
      },
    ],
    SecurityGroups: [securityGroupId(lab, "loadBalancer")],
    IpAddressType: "ipv4",
  };
}

function stateOf({ stats, guests, settings }: AwsFacts): Document {
  if (stats) return { Code: "active" };
  const status = guests.get(settings.loadBalancer.vmid)?.status;
  const running = status === undefined || status === "running";
  return {
    Code: "failed",
    Reason: running ? "HAProxy does not answer" : `its CT is ${status}`,
  };
}
