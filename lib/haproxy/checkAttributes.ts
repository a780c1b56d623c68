import {
  ACCESS_LOGS,
  ALGORITHMS,
  type Attributes,
  DESYNC_MODES,
  FORWARDED_FOR,
  type Listener,
  type TargetGroupOptions,
  TLS_POLICIES,
} from "./albTypes";
import { pageProblems, ruleProblems } from "./checkRules";
import { deregistrationDelayProblems, healthCheckProblems } from "./checkHealthCheck";
import { listenerProblems, targetProblems } from "./checkTargets";
import { listenersOf, type LoadBalancerConfig, targetGroupsOf } from "./haproxyConfig";
import { PROFILES } from "./profiles";

export { deregistrationDelayProblems };

/** HAProxy's own sections have these names. */
const TAKEN = new Set(["app", "stats", "clients", "http", "https"]);
const MAX_GROUPS = 100;
const MAX_LISTENERS = 50;

const isWithin = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

function within(
  name: string,
  value: number | undefined,
  [least, most]: readonly [number, number],
  unit: string,
): string[] {
  if (value === undefined || isWithin(value, least, most)) return [];
  return [`${name} is ${value}; give ${least} to ${most} ${unit}`];
}

function oneOf(name: string, value: string | undefined, allowed: readonly string[]): string[] {
  if (value === undefined || allowed.includes(value)) return [];
  return [`${name} is ${JSON.stringify(value)}; choose ${allowed.join(", ")}`];
}

/** Every problem of what a load balancer is told, as sentences; none: HAProxy takes what is rendered. */
export function configProblems(config: LoadBalancerConfig): string[] {
  const groups = targetGroupsOf(config);
  const names = new Set(groups.map(({ name }) => name));
  const profile = PROFILES[config.profile];
  return [
    ...attributeProblems(config),
    ...groups.slice(1).flatMap(({ name }, i) => nameProblems(name, groups.slice(1, i + 1))),
    ...(groups.length > MAX_GROUPS ? [`targetGroups has ${groups.length}; give 99 at most`] : []),
    ...groups.flatMap((group, i) =>
      [
        ...targetProblems(group.targets),
        ...optionProblems(group),
        ...healthCheckProblems({ ...profile.healthCheck, ...group.healthCheck }),
      ].map((text) => (i === 0 ? text : `target group ${group.name}: ${text}`)),
    ),
    ...listenersProblems(listenersOf(config), names),
  ];
}

function nameProblems(name: string, before: readonly { name: string }[]): string[] {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name) || TAKEN.has(name) || name.endsWith("-fail-open")) {
    return [
      `target group "${name}" has a name that cannot be used; give 1 to 32 small letters, digits and ` +
        `hyphens, a letter first, not ending in -fail-open and none of ${[...TAKEN].join(", ")}`,
    ];
  }
  if (!before.some((one) => one.name === name)) return [];
  return [`target group "${name}" is there twice; give each a name of its own`];
}

function attributeProblems(config: Attributes): string[] {
  const { rateLimit, maintenance } = config;
  return [
    ...within("idleTimeoutSeconds", config.idleTimeoutSeconds, [1, 4000], "seconds"),
    ...oneOf("xForwardedFor", config.xForwardedFor, FORWARDED_FOR),
    ...oneOf("desyncMode", config.desyncMode, DESYNC_MODES),
    ...oneOf("accessLog", config.accessLog, ACCESS_LOGS),
    ...within("rateLimit.requests", rateLimit?.requests, [1, 1_000_000], "requests"),
    ...within("rateLimit.seconds", rateLimit?.seconds, [1, 3600], "seconds"),
    ...(maintenance ? pageProblems(maintenance).map((text) => `maintenance ${text}`) : []),
  ];
}

function optionProblems(options: TargetGroupOptions): string[] {
  const { algorithm, slowStartSeconds = 0, stickiness, matcher } = options;
  const problems = [
    ...oneOf("algorithm", algorithm, ALGORITHMS),
    ...within("maxConcurrentRequests", options.maxConcurrentRequests, [1, 10_000], "requests"),
    ...within("queueTimeoutSeconds", options.queueTimeoutSeconds, [1, 600], "seconds"),
    ...(slowStartSeconds === 0
      ? []
      : within("slowStartSeconds", slowStartSeconds, [30, 900], "seconds, or 0")),
  ];
  if (slowStartSeconds !== 0 && algorithm === "least_outstanding_requests") {
    problems.push(
      "slowStartSeconds does not go with least_outstanding_requests; choose another algorithm or 0",
    );
  }
  if (options.anomalyMitigation === true) {
    if (algorithm !== "weighted_random") {
      problems.push(
        `anomalyMitigation goes with weighted_random only, got the algorithm ` +
          `${algorithm ?? "round_robin"}; choose weighted_random, or leave anomalyMitigation out`,
      );
    }
    if (slowStartSeconds !== 0) {
      problems.push(
        "anomalyMitigation does not go with slowStartSeconds, for both set weights; leave one of them out",
      );
    }
  }
  if (matcher !== undefined && !matcherFits(matcher)) {
    problems.push(
      `matcher is ${JSON.stringify(matcher)}; give status codes from 200 to 499 such as 200, 200-299 or 200,204`,
    );
  }
  return stickiness ? [...problems, ...stickinessProblems(stickiness)] : problems;
}

function matcherFits(matcher: string): boolean {
  return matcher.split(",").every((part) => {
    const [, from, to = from] = /^(\d{3})(?:-(\d{3}))?$/.exec(part) ?? [];
    return (
      from !== undefined && Number(from) >= 200 && Number(to) <= 499 && Number(from) <= Number(to)
    );
  });
}

function stickinessProblems(stickiness: NonNullable<TargetGroupOptions["stickiness"]>): string[] {
  const problems = [
    ...oneOf("stickiness.type", stickiness.type, ["lb_cookie", "app_cookie"]),
    ...within("stickiness.durationSeconds", stickiness.durationSeconds, [1, 604_800], "seconds"),
  ];
  if (stickiness.type !== "app_cookie") return problems;
  const { cookieName } = stickiness;
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(cookieName) && !/^AWSALB/.test(cookieName)) return problems;
  return [
    ...problems,
    `stickiness.cookieName is ${JSON.stringify(cookieName)}; give 1 to 64 letters, digits, _ . and -, not beginning with AWSALB`,
  ];
}

function listenersProblems(listeners: readonly Listener[], groups: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  if (!isWithin(listeners.length, 1, MAX_LISTENERS)) {
    problems.push(`listeners has ${listeners.length}; give 1 to ${MAX_LISTENERS}`);
  }
  const seen = new Set<number>();
  for (const listener of listeners) {
    const { port, protocol, domains, sslPolicy, http2 } = listener;
    const strict = listener.strictTransportSecuritySeconds;
    problems.push(...listenerProblems(port));
    if (seen.has(port))
      problems.push(`listener ${port} is there twice; give each a port of its own`);
    seen.add(port);
    const subject = `listener ${port}: `;
    const own = [
      ...oneOf("protocol", protocol, ["HTTP", "HTTPS"]),
      ...oneOf("sslPolicy", sslPolicy, TLS_POLICIES),
      ...domainProblems(domains ?? ["app.lab"]),
      ...within("strictTransportSecuritySeconds", strict, [0, 63_072_000], "seconds"),
    ];
    if (protocol === "HTTP" && (domains ?? sslPolicy ?? http2 ?? strict) !== undefined) {
      own.push(
        "domains, sslPolicy, http2 and strictTransportSecuritySeconds are for HTTPS only; leave them out",
      );
    }
    problems.push(...own.map((text) => `${subject}${text}`), ...ruleProblems(listener, groups));
  }
  return problems;
}

function domainProblems(domains: readonly string[]): string[] {
  const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const name = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`);
  const problems = domains
    .filter((one) => one.length > 253 || !name.test(one))
    .map((one) => `domains has ${JSON.stringify(one)}; give names such as app.lab or *.app.lab`);
  if (domains.length === 0 || domains.length > 25) {
    problems.push(`domains has ${domains.length} names; give 1 to 25`);
  }
  const small = domains.map((one) => one.toLowerCase());
  if (new Set(small).size < small.length) problems.push("domains has a name twice; give it once");
  return problems;
}
