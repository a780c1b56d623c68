import type { Target, TargetGroupOptions } from "./albTypes";
import { FULL_WEIGHT } from "./anomalyScript";
import { BACKEND, FAIL_OPEN_HEADER, failOpenOf } from "./backends";
import type { HealthCheck, Profile } from "./profiles";
import { indented } from "./words";

/** Targets with one health check and one way of choosing among them. */
export interface TargetGroup extends TargetGroupOptions {
  name: string;
  targets: readonly Target[];
  /** What differs from the profile's health check. @default - nothing */
  healthCheck?: Partial<HealthCheck>;
}

/** Request header that tells the targets about each other. */
const HEALTH_HEADER = "X-Target-Health";
/** As an ALB's. */
const COOKIE = "AWSALB";
const DAY_SECONDS = 86_400;

/** HAProxy's name of an algorithm. */
function balance({ algorithm = "round_robin", slowStartSeconds = 0 }: TargetGroupOptions): string {
  if (algorithm === "least_outstanding_requests") return "leastconn";
  if (algorithm === "weighted_random") return "random(2)";
  // The static one is exact at once, and has fixed weights; a slow start changes them.
  return slowStartSeconds > 0 ? "roundrobin" : "static-rr";
}

/** A group's backend, and the one with the same targets unchecked. */
export function targetGroupText(group: TargetGroup, profile: Profile, secure: boolean): string {
  const check = { ...profile.healthCheck, ...group.healthCheck };
  const own = check.timeoutMs === profile.healthCheck.timeoutMs || group.name === BACKEND;
  const matcher = group.matcher ?? "200-299";
  return `backend ${group.name}
  balance ${balance(group)}
${own ? "" : `  timeout check ${check.timeoutMs}ms\n`}${lines(shared(group, secure))}  option httpchk
  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host app.lab
  http-check expect status ${matcher}
  # Set, and not added: what a client sends under this name does not get through.
${targetHealth(group)}
  http-response set-header X-Backend %s
  http-response del-header ${FAIL_OPEN_HEADER}
  default-server ${targetDefaults(check, group, profile)}
${serverLines(group, profile)}

# The same targets without checks, for when none passes them. Drains are set here too.
backend ${failOpenOf(group.name)}
  balance ${group.algorithm === "weighted_random" ? "random(2)" : "static-rr"}
${lines(shared(group, secure))}${targetHealth(group)}
  http-response set-header X-Backend %s
  http-response set-header ${FAIL_OPEN_HEADER} true
  default-server ${[maxconn(group), ...proxyProtocol(group)].join(" ")}
${serverLines(group, profile)}
`;
}

const lines = (of: string[]) => (of.length === 0 ? "" : `${indented(of)}\n`);

/** What both backends have. */
function shared(group: TargetGroup, secure: boolean): string[] {
  const { stickiness, queueTimeoutSeconds } = group;
  const queue = queueTimeoutSeconds === undefined ? [] : [`timeout queue ${queueTimeoutSeconds}s`];
  if (stickiness === undefined) return queue;
  const seconds = stickiness.durationSeconds ?? DAY_SECONDS;
  if (stickiness.type === "lb_cookie") {
    const flags = `insert indirect nocache httponly${secure ? " secure" : ""}`;
    return [...queue, `cookie ${COOKIE} ${flags} maxlife ${seconds}s`];
  }
  return [
    ...queue,
    `stick-table type string len 128 size 20k expire ${seconds}s`,
    `stick match req.cook(${stickiness.cookieName})`,
    `stick store-response res.cook(${stickiness.cookieName})`,
  ];
}

/**
 * The rule that tells a target how the load balancer sees each of them while it forwards a request:
 * `app1=1, app2=0`, 1 for up. HAProxy's fetches cannot tell a target that drains, which is up as well.
 */
function targetHealth({ name, targets }: TargetGroup): string {
  if (targets.length === 0) return `  http-request del-header ${HEALTH_HEADER}`;
  const states = targets.map((one) => `${one.name}=%[srv_is_up(${name}/${one.name})]`).join(", ");
  return `  http-request set-header ${HEALTH_HEADER} "${states}"`;
}

/** Connections of one target at a time; more wait for `timeout queue`. */
const maxconn = ({ maxConcurrentRequests = 1000 }: TargetGroup) =>
  `maxconn ${maxConcurrentRequests}`;

const proxyProtocol = (group: TargetGroup) => (group.proxyProtocol ? ["send-proxy-v2"] : []);

function targetDefaults(check: HealthCheck, group: TargetGroup, profile: Profile): string {
  const slow = group.slowStartSeconds ?? 0;
  return [
    `check inter ${check.intervalMs}ms fastinter ${check.fastIntervalMs}ms`,
    `downinter ${check.downIntervalMs}ms`,
    `rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`,
    ...profile.targetOptions,
    ...(slow > 0 ? [`slowstart ${slow}s`] : []),
    // Weights that are changed at run time need room below the full one.
    ...(group.anomalyMitigation ? [`weight ${FULL_WEIGHT}`] : []),
    maxconn(group),
    ...proxyProtocol(group),
  ].join(" ");
}

/** The lines of a proxy's targets. */
export const servers = (targets: readonly Target[]): string =>
  targets.map(({ name, address, port }) => `  server ${name} ${address}:${port}`).join("\n");

/** A target's name, its cookie where clients stay with it, and what the profile adds. */
function serverLines({ targets, stickiness }: TargetGroup, { serverWords }: Profile): string {
  return targets
    .map((target) => {
      const cookie = stickiness?.type === "lb_cookie" ? [`cookie ${target.name}`] : [];
      return [servers([target]), ...cookie, ...serverWords].join(" ");
    })
    .join("\n");
}
