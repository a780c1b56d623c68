import { DEREGISTRATION_DELAY_SECONDS } from "../../../lib/haproxy/checkHealthCheck";
import { PROFILES } from "../../../lib/haproxy/profiles";
import { labListeners } from "../balancer";
import type { AwsFacts } from "../facts";
import type { Document } from "../wire/document";
import { neededText } from "../wire/input";
import type { Input } from "../wire/query";
import { needGroup, needLoadBalancer } from "./found";

export function describeLoadBalancerAttributes(input: Input, lab: AwsFacts): Document {
  needLoadBalancer(lab, neededText(input, "LoadBalancerArn"));
  const { attributes = {} } = lab.settings.loadBalancer.alb;
  return attributesOf({
    "deletion_protection.enabled": false,
    "access_logs.s3.enabled": false,
    "idle_timeout.timeout_seconds": attributes.idleTimeoutSeconds ?? 60,
    "routing.http.desync_mitigation_mode": attributes.desyncMode ?? "defensive",
    "routing.http.drop_invalid_header_fields.enabled": attributes.dropInvalidHeaderFields ?? false,
    "routing.http.preserve_host_header.enabled": true,
    "routing.http.xff_client_port.enabled": false,
    "routing.http.xff_header_processing.mode": attributes.xForwardedFor ?? "append",
    "routing.http2.enabled": labListeners(lab.settings).every(({ http2 }) => http2 ?? true),
    "load_balancing.cross_zone.enabled": true,
  });
}

export function describeTargetGroupAttributes(input: Input, lab: AwsFacts): Document {
  const { stickiness, ...group } = needGroup(lab, neededText(input, "TargetGroupArn"));
  const { alb, profile } = lab.settings.loadBalancer;
  return attributesOf({
    "deregistration_delay.timeout_seconds":
      alb.deregistrationDelaySeconds ?? DEREGISTRATION_DELAY_SECONDS,
    "load_balancing.algorithm.type": group.algorithm ?? "round_robin",
    "load_balancing.algorithm.anomaly_mitigation": group.anomalyMitigation ? "on" : "off",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": group.slowStartSeconds ?? 0,
    "stickiness.enabled": stickiness !== undefined,
    "stickiness.type": stickiness?.type ?? "lb_cookie",
    [`stickiness.${stickiness?.type ?? "lb_cookie"}.duration_seconds`]:
      stickiness?.durationSeconds ?? 86_400,
    ...(stickiness?.type === "app_cookie" && {
      "stickiness.app_cookie.cookie_name": stickiness.cookieName,
    }),
    // So many targets must be healthy, else requests go to all: an ALB fails open as this does.
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": PROFILES[profile]
      .failOpen
      ? 1
      : 0,
  });
}

function attributesOf(values: Record<string, string | number | boolean>): Document {
  return {
    Attributes: Object.entries(values).map(([Key, value]) => ({ Key, Value: String(value) })),
  };
}
