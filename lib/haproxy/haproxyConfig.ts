import { HTTPLOG, LONGEST_LOG_LINE } from "./accessLog";
import { ANOMALY_SCRIPT, anomalyScript } from "./anomalyScript";
import type { Attributes, Listener, Target, TargetGroupOptions } from "./albTypes";
import { BACKEND } from "./backends";
import { STATE_FILE } from "./installHaproxy";
import { listenerName, listenerText, rateTable } from "./listenerText";
import type { HealthCheck } from "./profiles";
import { PROFILES } from "./profiles";
import { type TargetGroup, targetGroupText } from "./targetGroup";
import type { ProfileName } from "../stack/settings";
import { indented } from "./words";
import { writeFileCommand } from "../shell/quote";

export type { Target } from "./albTypes";
export { servers } from "./targetGroup";

export interface LoadBalancerConfig extends Attributes {
  /** Port of the listener, where `listeners` is not given. */
  listenerPort: number;
  /** The stats page listens on the LAN address only. */
  statsAddress: string;
  statsPort: number;
  /** Of the target group `app`. */
  targets: readonly Target[];
  /** How health is checked, and what becomes of a request whose target fails. */
  profile: ProfileName;
  /**
   * What differs from the profile's health check, in the target group `app`.
   *
   * @default - nothing
   */
  healthCheck?: Partial<HealthCheck>;
  /** Options of the target group `app`. @default - round robin, without stickiness */
  targetGroup?: TargetGroupOptions;
  /** Target groups besides `app`. @default - none */
  targetGroups?: readonly TargetGroup[];
  /** @default - one for HTTP on `listenerPort`, which forwards everything to `app` */
  listeners?: readonly Listener[];
}

/** Name of the list of users that `usersText` defines; kept in a file of its own, for it has a password. */
const USERS = "stats-users";

/** Path on the stats listener where Prometheus reads metrics; it asks for the same user. */
export const METRICS_PATH = "/metrics";

/** haproxy.cfg for a load balancer whose values have been checked. */
export function renderConfig(config: LoadBalancerConfig): string {
  const profile = PROFILES[config.profile];
  const check = { ...profile.healthCheck, ...config.healthCheck };
  const idle = config.idleTimeoutSeconds;
  const listeners = listenersOf(config);
  const secure = listeners.every(({ protocol }) => protocol === "HTTPS");
  const groups = targetGroupsOf(config);
  const context = {
    attributes: config,
    profileLines: [
      ...profile.listenerLines,
      ...groups.flatMap(({ name }) => profile.retryBound(name)),
    ],
    failsOpen: () => profile.failOpen,
  };
  const seen = new Set<string>();
  const frontends = listeners.map((listener) => {
    const first = !seen.has(listener.protocol);
    seen.add(listener.protocol);
    return listenerText(listener, listenerName(listener, first), context);
  });
  return `# Rendered by the Pulumi program; the next change of a target or setting replaces it.
# Profile ${config.profile}: ${profile.summary}.
global
  log /dev/log${config.accessLog === "alb" ? ` len ${LONGEST_LOG_LINE}` : ""} local0
  maxconn 4000
  # One does thousands of requests a second; more only trade CPUs with each other and with the log.
  nbthread 1
  # An ALB takes 64 kB of request headers in all; what is added here and how they are kept need the rest.
  tune.bufsize 73728
  # 165 MiB at the most, whatever clients send or do not read; beyond, they wait for each other.
  tune.buffers.limit 2400
  tune.http.maxhdr 512
  hard-stop-after 30s
  close-spread-time 5s
  stats socket /run/haproxy/admin.sock mode 660 level admin
  stats timeout 30s
  # Written at each reload: targets stay out or drained, they do not come back unchecked.
  server-state-file ${STATE_FILE}
  user haproxy
  group haproxy
${anomalyLines(groups)}
defaults
  mode http
  log global
  log-format "${HTTPLOG}"
  option dontlognull
  option log-health-checks
  option idle-close-on-response
${indented(profile.retryLines)}
  load-server-state-from-file global
  timeout connect ${profile.connectTimeoutMs}ms
  timeout check ${check.timeoutMs}ms
  timeout server ${idle === undefined ? `${profile.serverTimeoutMs}ms` : `${idle}s`}
  # An ALB's idle timeout. Between requests the shorter of this and http-keep-alive holds.
  timeout client ${idle ?? 60}s
  timeout queue 2s
  timeout http-request 5s
  timeout http-keep-alive ${idle ?? 60}s
  timeout client-fin 5s
  timeout tunnel ${idle ?? 60}s

${frontends.join("\n")}
${groups.map((group) => targetGroupText(group, profile, secure)).join("\n")}${rateTable(config)}
frontend stats
  bind ${config.statsAddress}:${config.statsPort}
  http-request auth realm stats unless { http_auth(${USERS}) }
  http-request use-service prometheus-exporter if { path ${METRICS_PATH} }
  stats enable
  stats uri /
  stats refresh 2s
  stats show-legends
  stats hide-version
`;
}

/** What runs the program that mitigates anomalies, where a group has it done. */
function anomalyLines(groups: readonly TargetGroup[]): string {
  if (mitigatedGroups(groups).length === 0) return "";
  return `  # Weights of targets that answer errors or are slow are set by a program in HAProxy itself.
  tune.lua.maxmem 16
  lua-load ${ANOMALY_SCRIPT}
`;
}

/** The listeners with the default. */
export function listenersOf(
  config: Pick<LoadBalancerConfig, "listeners" | "listenerPort">,
): readonly Listener[] {
  return config.listeners ?? [{ port: config.listenerPort, protocol: "HTTP" }];
}

/** Every target group, `app` first. */
export function targetGroupsOf(config: LoadBalancerConfig): TargetGroup[] {
  const { targets, healthCheck, targetGroup, targetGroups = [] } = config;
  return [{ ...targetGroup, name: BACKEND, targets, healthCheck }, ...targetGroups];
}

const mitigatedGroups = (groups: readonly TargetGroup[]): string[] =>
  groups.filter(({ anomalyMitigation }) => anomalyMitigation).map(({ name }) => name);

/** Commands that put the program for anomalies where the configuration has it from; none where none needs it. */
export function anomalyCommand(config: LoadBalancerConfig): string {
  const groups = mitigatedGroups(targetGroupsOf(config));
  if (groups.length === 0) return "";
  return writeFileCommand({ path: ANOMALY_SCRIPT, text: anomalyScript(groups) });
}

/** The file with the stats page's user; the password has letters and digits only. */
export function usersText(user: string, password: string): string {
  return `userlist ${USERS}\n  user ${user} insecure-password ${password}\n`;
}
