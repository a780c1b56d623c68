import type { Listener } from "../../../lib/haproxy/albTypes";
import { groupsOf, type LabGroup, labListeners } from "../balancer";
import type { AwsFacts } from "../facts";
import { listenerArn, loadBalancerArn, targetGroupArn } from "../names";
import { integerOf, textOf } from "../wire/input";
import { type Page, pageOf } from "../wire/paging";
import { Problem } from "../wire/problem";
import type { Input } from "../wire/query";

/** AWS's largest page of this API, and its default. */
const LARGEST_PAGE = 400;

/** The part of a list that the caller wants. */
export function pageFor<T>(all: readonly T[], input: Input): Page<T> {
  const size = integerOf(input, "PageSize", { min: 1, max: LARGEST_PAGE }) ?? LARGEST_PAGE;
  return pageOf(all, { marker: textOf(input, "Marker"), size });
}

/** @throws Problem when the stack's load balancer has another ARN */
export function needLoadBalancer(lab: AwsFacts, arn: string): void {
  if (arn === loadBalancerArn(lab)) return;
  throw new Problem("LoadBalancerNotFound", `Load balancer '${arn}' not found`);
}

/** @throws Problem when no target group has the ARN */
export function needGroup(lab: AwsFacts, arn: string): LabGroup {
  const found = groupsOf(lab.settings).find(({ name }) => targetGroupArn(lab, name) === arn);
  if (found) return found;
  throw new Problem("TargetGroupNotFound", `Target group '${arn}' not found`);
}

/** @throws Problem when no listener has the ARN */
export function needListener(lab: AwsFacts, arn: string): Listener {
  const found = labListeners(lab.settings).find(({ port }) => listenerArn(lab, port) === arn);
  if (found) return found;
  throw new Problem("ListenerNotFound", `Listener '${arn}' not found`);
}
