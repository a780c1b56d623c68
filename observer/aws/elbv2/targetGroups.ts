import { groupsBehind } from "../../../lib/haproxy/listenerRules";
import { groupsOf, labListeners, type LabGroup, TARGET_PORT } from "../balancer";
import type { AwsFacts } from "../facts";
import { loadBalancerArn, targetGroupArn, vpcId } from "../names";
import type { Document } from "../wire/document";
import { textOf, textsOf } from "../wire/input";
import { invalid, Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import { needGroup, needLoadBalancer, pageFor } from "./found";

export function describeTargetGroups(input: Input, lab: AwsFacts): Document {
  const balancer = textOf(input, "LoadBalancerArn");
  const arns = textsOf(input, "TargetGroupArns");
  const names = textsOf(input, "Names");
  if ([balancer, arns, names].filter((one) => one !== undefined).length > 1) {
    throw invalid("Give one of load balancer ARN, target group ARNs and names");
  }
  const { items, next } = pageFor(chosen(lab, { balancer, arns, names }), input);
  return { TargetGroups: items.map((group) => described(lab, group)), NextMarker: next };
}

interface Wanted {
  balancer?: string;
  arns?: string[];
  names?: string[];
}

function chosen(lab: AwsFacts, { balancer, arns, names }: Wanted): LabGroup[] {
  const all = groupsOf(lab.settings);
  if (arns) return arns.map((arn) => needGroup(lab, arn));
  if (balancer !== undefined) {
    needLoadBalancer(lab, balancer);
    return all.filter(({ name }) => isUsed(lab, name));
  }
  const missing = names?.filter((name) => !all.some((one) => one.name === name)) ?? [];
  if (missing.length > 0) {
    throw new Problem("TargetGroupNotFound", `Target groups '[${missing.join(", ")}]' not found`);
  }
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

const isUsed = ({ settings }: AwsFacts, group: string) =>
  labListeners(settings).some((listener) => groupsBehind(listener).includes(group));

function described(lab: AwsFacts, { name, check, matcher = "200-299" }: LabGroup): Document {
  return {
    TargetGroupArn: targetGroupArn(lab, name),
    TargetGroupName: name,
    Protocol: "HTTP",
    Port: TARGET_PORT,
    VpcId: vpcId(lab),
    HealthCheckProtocol: "HTTP",
    HealthCheckPort: "traffic-port",
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: wholeSeconds(check.intervalMs),
    HealthCheckTimeoutSeconds: wholeSeconds(check.timeoutMs),
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: { HttpCode: matcher },
    LoadBalancerArns: isUsed(lab, name) ? [loadBalancerArn(lab)] : [],
    TargetType: "instance",
    ProtocolVersion: "HTTP1",
    IpAddressType: "ipv4",
  };
}

/** AWS has whole seconds only; tags have the milliseconds. */
const wholeSeconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));
