import { groupsOf, labListeners } from "../balancer";
import type { AwsFacts } from "../facts";
import { listenerArn, loadBalancerArn, ruleArn, tagsOf, targetGroupArn } from "../names";
import type { Document } from "../wire/document";
import { textsOf } from "../wire/input";
import { invalid, Problem } from "../wire/problem";
import type { Input } from "../wire/query";

/** AWS's most ARNs of one call. */
const MOST_ARNS = 20;

export function describeTags(input: Input, lab: AwsFacts): Document {
  const arns = textsOf(input, "ResourceArns") ?? [];
  if (arns.length === 0 || arns.length > MOST_ARNS) {
    throw invalid(`ResourceArns must have 1 to ${MOST_ARNS} ARNs, got ${arns.length}`);
  }
  const all = tagged(lab);
  return {
    TagDescriptions: arns.map((arn) => {
      const tags = all.get(arn);
      if (!tags) throw new Problem(`${kindOf(arn)}NotFound`, `Resource '${arn}' not found`);
      return { ResourceArn: arn, Tags: tags };
    }),
  };
}

function kindOf(arn: string): string {
  if (arn.includes(":targetgroup/")) return "TargetGroup";
  if (arn.includes(":listener-rule/")) return "Rule";
  return arn.includes(":listener/") ? "Listener" : "LoadBalancer";
}

/** Of everything that has an ARN; a target group's say what AWS's whole seconds cannot. */
function tagged(lab: AwsFacts): Map<string, ReturnType<typeof tagsOf>> {
  const { loadBalancer } = lab.settings;
  const groups = groupsOf(lab.settings).map(({ name, check }) => {
    const more = {
      "homelab:healthCheckIntervalMs": String(check.intervalMs),
      "homelab:healthCheckTimeoutMs": String(check.timeoutMs),
    };
    return [targetGroupArn(lab, name), tagsOf(lab, name, more)] as const;
  });
  const listeners = labListeners(lab.settings).flatMap(({ port, rules = [] }) => [
    [listenerArn(lab, port), tagsOf(lab, `listener ${port}`)] as const,
    ...(["default", ...rules.map(({ priority }) => priority)] as const).map(
      (priority) => [ruleArn(lab, port, priority), tagsOf(lab, `rule ${priority}`)] as const,
    ),
  ]);
  const own = tagsOf(lab, loadBalancer.name, {
    "homelab:profile": loadBalancer.profile,
    "homelab:vmid": String(loadBalancer.vmid),
  });
  return new Map([[loadBalancerArn(lab), own] as const, ...groups, ...listeners]);
}
