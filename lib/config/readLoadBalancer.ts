import type { AlbSettings, ConfiguredGroup } from "../haproxy/albSettings";
import { configProblems } from "../haproxy/checkAttributes";
import { deregistrationDelayProblems } from "../haproxy/checkHealthCheck";
import { LISTENER_PORT, type ProfileName, STATS_PORT } from "../stack/settings";
import { type Shape, shapeProblems } from "./shape";

const KEY = "loadBalancer";

/**
 * `{ "attributes": { "idleTimeoutSeconds": 120 }, "listeners": [ … ] }`; nothing: the plain lab.
 *
 * @param appNodes names of the app nodes, the targets that there are
 */
export function readLoadBalancer(
  value: string | undefined,
  { appNodes, profile }: { appNodes: readonly string[]; profile: ProfileName },
  problems: string[],
): AlbSettings {
  let read: unknown;
  try {
    read = JSON.parse(value?.trim() || "{}");
  } catch {
    problems.push(`${KEY}: is not valid, got ${JSON.stringify(value)}; give it as an object`);
    return {};
  }
  const shaped = shapeProblems(read, LOAD_BALANCER, KEY);
  problems.push(...shaped);
  if (shaped.length > 0) return {};
  const settings = read as AlbSettings;
  problems.push(...contentProblems(settings, appNodes, profile).map((text) => `${KEY}: ${text}`));
  return settings;
}

/** The groups with the targets that their names stand for. */
export function groupsWithTargets<T>(
  groups: readonly ConfiguredGroup[] | undefined,
  targetOf: (name: string) => T,
): (Omit<ConfiguredGroup, "targets"> & { targets: T[] })[] {
  return (groups ?? []).map((group) => ({ ...group, targets: group.targets.map(targetOf) }));
}

function contentProblems(
  settings: AlbSettings,
  appNodes: readonly string[],
  profile: ProfileName,
): string[] {
  const { attributes, deregistrationDelaySeconds, ...rest } = settings;
  const unknown = (settings.targetGroups ?? []).flatMap(({ name, targets }) =>
    targets
      .filter((target) => !appNodes.includes(target))
      .map(
        (target) =>
          `target group ${name}: has the target "${target}"; app nodes are ${appNodes.join(", ")}`,
      ),
  );
  // Addresses are the program's; here they only have to be some.
  const target = (name: string) => ({ name, address: "192.0.2.1", port: 1 });
  return [
    ...unknown,
    ...(deregistrationDelaySeconds === undefined
      ? []
      : deregistrationDelayProblems(deregistrationDelaySeconds)),
    ...configProblems({
      ...attributes,
      ...rest,
      ...{ listenerPort: LISTENER_PORT, statsAddress: "192.0.2.1", statsPort: STATS_PORT, profile },
      targets: appNodes.map(target),
      targetGroups: groupsWithTargets(settings.targetGroups, target),
    }),
  ];
}

const numbers = (...keys: string[]) =>
  Object.fromEntries(keys.map((key) => [key, "number" as const]));
const texts = { list: "text" } as const;

const HEALTH_CHECK: Shape = {
  optional: {
    path: "text",
    ...numbers("intervalMs", "fastIntervalMs", "downIntervalMs", "timeoutMs"),
    ...numbers("healthyThreshold", "unhealthyThreshold"),
  },
};
const GROUP_OPTIONS: Record<string, Shape> = {
  algorithm: "text",
  anomalyMitigation: "boolean",
  matcher: "text",
  proxyProtocol: "boolean",
  ...numbers("slowStartSeconds", "maxConcurrentRequests", "queueTimeoutSeconds"),
  stickiness: {
    by: "type",
    cases: {
      lb_cookie: { needed: { type: "text" }, optional: numbers("durationSeconds") },
      app_cookie: {
        needed: { type: "text", cookieName: "text" },
        optional: numbers("durationSeconds"),
      },
    },
  },
};
const values = (needed: Record<string, Shape> = {}): Shape => ({
  needed: { field: "text", values: texts, ...needed },
});
const CONDITION: Shape = {
  by: "field",
  cases: {
    "host-header": values(),
    "path-pattern": values(),
    "http-header": values({ name: "text" }),
    "http-request-method": values(),
    "query-string": values({
      values: { list: { needed: { value: "text" }, optional: { key: "text" } } },
    }),
    "source-ip": values(),
  },
};
const ACTION: Shape = {
  by: "type",
  cases: {
    forward: {
      needed: {
        type: "text",
        targetGroups: { list: { needed: { name: "text" }, optional: numbers("weight") } },
      },
      optional: numbers("stickinessSeconds"),
    },
    redirect: {
      needed: { type: "text", statusCode: "number" },
      optional: { protocol: "text", host: "text", port: "number", path: "text", query: "text" },
    },
    "fixed-response": {
      needed: { type: "text", statusCode: "number" },
      optional: { contentType: "text", body: "text" },
    },
  },
};
const LOAD_BALANCER: Shape = {
  optional: {
    listeners: {
      list: {
        needed: { port: "number", protocol: "text" },
        optional: {
          domains: texts,
          sslPolicy: "text",
          http2: "boolean",
          strictTransportSecuritySeconds: "number",
          proxyProtocol: "boolean",
          defaultAction: ACTION,
          rules: {
            list: {
              needed: { priority: "number", conditions: { list: CONDITION }, action: ACTION },
              optional: {
                transforms: { list: { needed: { type: "text", regex: "text", replace: "text" } } },
              },
            },
          },
        },
      },
    },
    targetGroup: { optional: GROUP_OPTIONS },
    targetGroups: {
      list: {
        needed: { name: "text", targets: texts },
        optional: { ...GROUP_OPTIONS, healthCheck: HEALTH_CHECK },
      },
    },
    healthCheck: HEALTH_CHECK,
    deregistrationDelaySeconds: "number",
    attributes: {
      optional: {
        idleTimeoutSeconds: "number",
        xForwardedFor: "text",
        dropInvalidHeaderFields: "boolean",
        desyncMode: "text",
        rateLimit: { needed: numbers("requests", "seconds") },
        maintenance: { needed: { body: "text" }, optional: { contentType: "text" } },
        accessLog: "text",
      },
    },
  },
};
