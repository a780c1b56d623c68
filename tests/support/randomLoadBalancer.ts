import {
  ACCESS_LOGS,
  type Action,
  ALGORITHMS,
  type Condition,
  DESYNC_MODES,
  FORWARDED_FOR,
  type Listener,
  type Rule,
  type TargetGroupOptions,
  TLS_POLICIES,
} from "../../lib/haproxy/albTypes";
import type { LoadBalancerConfig } from "../../lib/haproxy/haproxyConfig";
import type { TargetGroup } from "../../lib/haproxy/targetGroup";
import { transformProblems } from "../../lib/haproxy/transforms";
import { PROFILE_NAMES } from "../../lib/stack/settings";
import { seededRandom } from "./random";

/** Printable characters, those that configuration files give a meaning to more often. */
const ODD = "\"'\\$%#{}()[],;:!&|<>^~`@=+?* ";

const forwardToApp: Action = { type: "forward", targetGroups: [{ name: "app" }] };

/** Arguments that a load balancer accepts, the same for a seed: every kind of each, at the ends of ranges too. */
export function randomLoadBalancer(seed: number): LoadBalancerConfig {
  const random = seededRandom(seed);
  const whole = (least: number, most: number) => {
    const at = random();
    // The ends are where mistakes are.
    if (at < 0.1) return least;
    if (at > 0.9) return most;
    return least + Math.floor(random() * (most - least + 1));
  };
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const maybe = <T>(make: () => T): T | undefined => (random() < 0.5 ? make() : undefined);
  const list = <T>(least: number, most: number, make: (at: number) => T): T[] =>
    Array.from({ length: whole(least, most) }, (_, i) => make(i));
  const printable = (least: number, most: number) =>
    list(least, most, () =>
      random() < 0.4 ? one([...ODD]) : String.fromCharCode(whole(33, 126)),
    ).join("");
  const spaceless = (least: number, most: number) => printable(least, most).replaceAll(" ", "_");
  const place = (least: number, most: number) =>
    list(least, most, () => one([..."ab01._~:@!*+,;=()&%/?-"])).join("");
  const name = (most: number) => list(1, most, () => one([..."abcxyz019-."])).join("");

  const targets = (group: number) =>
    list(0, 5, (i) => ({
      name: `app${i + 1}`,
      address: `10.10.${group}.${11 + i}`,
      port: whole(1, 65_535),
    }));
  const options = (): TargetGroupOptions => {
    const algorithm = maybe(() => one(ALGORITHMS));
    const durationSeconds = maybe(() => whole(1, 604_800));
    const anomalyMitigation = algorithm === "weighted_random" ? maybe(() => random() < 0.5) : false;
    return {
      algorithm,
      anomalyMitigation,
      slowStartSeconds:
        algorithm === "least_outstanding_requests" || anomalyMitigation
          ? undefined
          : maybe(() => whole(30, 900)),
      stickiness: maybe(() =>
        random() < 0.5
          ? { type: "lb_cookie" as const, durationSeconds }
          : { type: "app_cookie" as const, cookieName: `s${name(60)}`, durationSeconds },
      ),
      maxConcurrentRequests: maybe(() => whole(1, 10_000)),
      queueTimeoutSeconds: maybe(() => whole(1, 600)),
      proxyProtocol: maybe(() => random() < 0.5),
      matcher: maybe(() => one(["200", "200-299", "200,204", "200-299,401", "499"])),
    };
  };
  const groups: TargetGroup[] = list(0, 4, (i) => ({
    ...options(),
    name: `group-${i}`,
    targets: targets(i + 1),
    healthCheck: maybe(() => ({
      path: `/${spaceless(0, 60).replace(/["'\\#]/g, "")}`,
      timeoutMs: 100,
      intervalMs: whole(100, 300_000),
      healthyThreshold: whole(1, 100),
    })),
  }));
  const groupNames = ["app", ...groups.map((group) => group.name)];

  const condition = (): Condition => {
    switch (whole(1, 6)) {
      case 1:
        return { field: "host-header", values: [`${one(["*", "*.", "a?"])}${name(40)}`] };
      case 2:
        return { field: "path-pattern", values: [`/${spaceless(0, 127)}`] };
      case 3:
        return {
          field: "http-header",
          name: `X-${name(30).replaceAll(".", "_")}`,
          values: [printable(1, 128)],
        };
      case 4:
        return { field: "http-request-method", values: [one(["GET", "POST", "PATCH", "X-Y_Z"])] };
      case 5:
        return {
          field: "query-string",
          values: [{ key: maybe(() => printable(1, 128)), value: printable(1, 128) }],
        };
      default:
        return {
          field: "source-ip",
          values: [`10.${whole(0, 255)}.0.0/${whole(0, 32)}`, "192.0.2.1/32"],
        };
    }
  };
  const action = (): Action => {
    const at = random();
    if (at < 0.4) {
      const chosen = groupNames.filter(() => random() < 0.6).slice(0, 5);
      const names = chosen.length > 0 ? chosen : ["app"];
      return {
        type: "forward",
        targetGroups: names.map((group, i) => ({
          name: group,
          weight: i === 0 ? whole(1, 999) : maybe(() => whole(0, 999)),
        })),
        stickinessSeconds: maybe(() => whole(1, 604_800)),
      };
    }
    if (at < 0.7) {
      return {
        type: "redirect",
        statusCode: one([301, 302]),
        protocol: maybe(() => one(["HTTP", "HTTPS"] as const)),
        host: one(["app.lab", "10.0.0.1"]),
        port: maybe(() => whole(1, 65_535)),
        path: maybe(() => `/${place(0, 60)}${one(["", "#{path}"])}${place(0, 30)}`),
        query: maybe(() => `${place(0, 40)}${one(["", "#{query}"])}`),
      };
    }
    if (at < 0.75) return { type: "fixed-response", statusCode: one([204, 404]) };
    return {
      type: "fixed-response",
      statusCode: one([200, 299, 400, 404, 418, 503, 599]),
      contentType: maybe(() => one(["text/html", "application/json", "text/plain; charset=utf-8"])),
      body: maybe(() => `${printable(0, 500)}\n${printable(0, 500)}`),
    };
  };
  /** Any text whose parts look like a regular expression, as far as it is accepted as one. */
  const transforms = (): Rule["transforms"] =>
    (["url-rewrite", "host-header-rewrite"] as const).flatMap((type) => {
      const parts = [
        ..."abc/-.*+?^$|()[]",
        "[^a-z/]",
        "(.*)",
        "\\.",
        "\\d",
        "[\\w-]",
        '"',
        "'",
        "#",
        "%",
      ];
      const made = {
        type,
        regex: list(1, 12, () => one(parts)).join(""),
        replace: list(0, 20, () => one([..."ab0.-", "$1"])).join(""),
      };
      const rule = { transforms: [made], conditions: [], priority: 1, action: forwardToApp };
      return transformProblems(rule).length === 0 ? [made] : [];
    });
  const rules = (): Rule[] =>
    list(0, 8, (i) => {
      const chosen = action();
      return {
        priority: i === 0 ? 50_000 : i,
        conditions: list(1, 2, condition),
        action: chosen,
        transforms: chosen.type === "forward" ? maybe(transforms) : undefined,
      };
    });
  const listeners: Listener[] = list(1, 4, (i) => {
    const secure = random() < 0.5;
    return {
      port: 1000 + i,
      protocol: secure ? "HTTPS" : "HTTP",
      domains: secure ? ["app.lab", "*.app.lab"] : undefined,
      sslPolicy: secure ? maybe(() => one(TLS_POLICIES)) : undefined,
      http2: secure ? maybe(() => random() < 0.5) : undefined,
      strictTransportSecuritySeconds: secure ? maybe(() => whole(0, 63_072_000)) : undefined,
      proxyProtocol: maybe(() => random() < 0.5),
      rules: maybe(rules),
      defaultAction: maybe(action),
    };
  });
  return {
    listenerPort: 80,
    statsAddress: "127.0.0.1",
    statsPort: 8404,
    targets: targets(0),
    profile: one(PROFILE_NAMES),
    targetGroup: maybe(options),
    targetGroups: groups,
    listeners: random() < 0.9 ? listeners : undefined,
    idleTimeoutSeconds: maybe(() => whole(1, 4000)),
    xForwardedFor: maybe(() => one(FORWARDED_FOR)),
    dropInvalidHeaderFields: maybe(() => random() < 0.5),
    desyncMode: maybe(() => one(DESYNC_MODES)),
    rateLimit: maybe(() => ({ requests: whole(1, 1_000_000), seconds: whole(1, 3600) })),
    maintenance: maybe(() => ({ body: printable(0, 1024) })),
    accessLog: maybe(() => one(ACCESS_LOGS)),
  };
}
