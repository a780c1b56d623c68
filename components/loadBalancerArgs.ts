import * as pulumi from "@pulumi/pulumi";
import type { Attributes, Listener, TargetGroupOptions } from "../lib/haproxy/albTypes";
import { configProblems } from "../lib/haproxy/checkAttributes";
import type { LoadBalancerConfig, Target } from "../lib/haproxy/haproxyConfig";
import { type HealthCheck, isProfileName } from "../lib/haproxy/profiles";
import type { TargetGroup } from "../lib/haproxy/targetGroup";
import {
  type CtBuild,
  LISTENER_PORT,
  PROFILE_NAMES,
  type ProfileName,
  STATS_PORT,
} from "../lib/stack/settings";
import type { GuestArgs } from "./guest";
import type { IngressArgs } from "./ingress";
import type { Site } from "./site";

/** An ALB's vocabulary; docs/load-balancer.md lists every value. All of it is applied by a reload. */
export interface AlbArgs {
  /**
   * Ports, protocols and rules. Each listener's port is open to everybody in the LAN, unless `ingress` is given.
   *
   * @default - one for HTTP on `listenerPort`, which forwards everything to the target group `app`
   */
  listeners?: pulumi.Input<Listener[]>;
  /** Options of the target group `app`, which has `targets`. @default - round robin */
  targetGroup?: pulumi.Input<TargetGroupOptions>;
  /** Target groups besides `app`, for rules to forward to. @default - none */
  targetGroups?: pulumi.Input<TargetGroup[]>;
  /** Of the load balancer itself: idle time-out, headers, desync mode, rate limit, log. @default - an ALB's */
  attributes?: pulumi.Input<Attributes>;
}

/** What a load balancer is told; what is not given is as in the plain lab. */
export interface LoadBalancerArgs extends AlbArgs {
  site: Site;
  /** Its CT, with one interface in the LAN and one in the private subnet. */
  guest: GuestArgs;
  /**
   * Who may reach the listener, the stats page and SSH. Applied in place.
   *
   * @default - the listener everybody, the stats page the LAN, SSH the Proxmox node
   */
  ingress?: IngressArgs;
  /**
   * The target group, healthy or not yet; none: every request is answered 503. Applied by a reload, which
   * loses no request.
   *
   * @default - none
   */
  targets?: pulumi.Input<pulumi.Input<Target>[]>;
  /**
   * What becomes of requests when targets fail. Applied by a reload.
   *
   * @default "tuned" - other targets are tried, and no GET is lost
   */
  profile?: pulumi.Input<ProfileName>;
  /**
   * What differs from the profile's health check. Applied by a reload.
   *
   * @default - the profile's
   */
  healthCheck?: pulumi.Input<Partial<HealthCheck>>;
  /**
   * TCP port of the listener, 1 to 65535 and not that of the stats page (8404); for one listener for HTTP.
   * Applied by a reload.
   *
   * @default 80
   */
  listenerPort?: pulumi.Input<number>;
  /**
   * Seconds that a target which is taken out may take to end its requests, 0 to 3600. Applied in place.
   *
   * @default 10
   */
  deregistrationDelaySeconds?: pulumi.Input<number>;
  /**
   * Another build than the one that the CT was first made from.
   *
   * @default - it keeps what it has
   */
  build?: CtBuild;
}

const noProfile = (name: string) =>
  `profile is ${JSON.stringify(name)}; choose ${PROFILE_NAMES.join(", ")}`;

/**
 * The arguments with their defaults, checked. What is configured is known at preview, so the text that is
 * rendered from it is, and policies can read it.
 */
export function knownConfig(
  args: LoadBalancerArgs,
  address: pulumi.Output<string>,
  resource: pulumi.Resource,
): pulumi.Output<LoadBalancerConfig> {
  const { targets = [], targetGroups = [], profile = "tuned", listenerPort = LISTENER_PORT } = args;
  const { healthCheck = {}, targetGroup = {}, attributes = {}, listeners } = args;
  const values = pulumi.all([
    pulumi.output(targets),
    pulumi.output<ProfileName>(profile),
    pulumi.output(healthCheck),
    pulumi.output<number>(listenerPort),
    address,
  ] as const);
  const alb = pulumi.all([
    pulumi.output(listeners),
    pulumi.output(targetGroup),
    pulumi.output(targetGroups),
    pulumi.output(attributes),
  ] as const);
  return pulumi.all([values, alb]).apply(([plain, more]) => {
    const [known, profileName, check, port, statsAddress] = plain;
    const [list, options, groups, own] = more;
    if (!isProfileName(profileName)) {
      throw new pulumi.ResourceError(noProfile(profileName), resource);
    }
    const config: LoadBalancerConfig = {
      ...own,
      ...{ listenerPort: port, statsAddress, statsPort: STATS_PORT },
      ...{ targets: known, profile: profileName, healthCheck: check },
      ...{ targetGroup: options, targetGroups: groups, listeners: list },
    };
    const problems = configProblems(config);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), resource);
    return config;
  });
}
