import { groupsWithTargets } from "../../lib/config/readLoadBalancer";
import { listenersOf } from "../../lib/haproxy/haproxyConfig";
import type { Listener } from "../../lib/haproxy/albTypes";
import { BACKEND } from "../../lib/haproxy/backends";
import { type HealthCheck, PROFILES } from "../../lib/haproxy/profiles";
import type { TargetGroup } from "../../lib/haproxy/targetGroup";
import { APP_PORT, type CtSettings, LISTENER_PORT, type Settings } from "../../lib/stack/settings";

/** A target group as the stack has it. */
export interface LabGroup extends Omit<TargetGroup, "targets" | "healthCheck"> {
  targets: CtSettings[];
  /** The whole check, the profile's values included. */
  check: HealthCheck;
}

/** Every target group, `app` first. */
export function groupsOf({ appNodes, loadBalancer }: Settings): LabGroup[] {
  const { profile, alb } = loadBalancer;
  const own = PROFILES[profile].healthCheck;
  const named = groupsWithTargets(alb.targetGroups, (name) =>
    appNodes.find((one) => one.name === name)!,
  );
  return [
    {
      ...alb.targetGroup,
      ...{ name: BACKEND, targets: appNodes, check: { ...own, ...alb.healthCheck } },
    },
    ...named.map(({ healthCheck, ...group }) => ({ ...group, check: { ...own, ...healthCheck } })),
  ];
}

/** Its listeners; each has a port of its own. */
export function labListeners({ loadBalancer: { alb } }: Settings): readonly Listener[] {
  return listenersOf({ listeners: alb.listeners, listenerPort: LISTENER_PORT });
}

export const TARGET_PORT = APP_PORT;
