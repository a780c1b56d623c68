import type { HealthCheck, ProfileName } from "./profiles";
import { PROFILES } from "./profiles";
import { STATE_FILE } from "./scripts";

/** One server that may receive traffic. */
export interface Target {
  name: string;
  address: string;
  port: number;
}

export interface LoadBalancerConfig {
  listenerPort: number;
  /** The stats page listens on the LAN address only. */
  statsAddress: string;
  statsPort: number;
  targets: Target[];
  /** How health is checked, and what becomes of a request whose target fails. */
  profile: ProfileName;
}

/** Name of the list of users that `usersText` defines; kept in a file of its own, for it has a password. */
const USERS = "stats-users";

/** Request header that tells the targets about each other. */
const HEALTH_HEADER = "X-Target-Health";

/** haproxy.cfg for a target group behind one HTTP listener. */
export function renderConfig(config: LoadBalancerConfig): string {
  const profile = PROFILES[config.profile];
  const { healthCheck: check } = profile;
  return `# Rendered by the Pulumi program; the next change of a target or setting replaces it.
# Profile ${config.profile}: ${profile.summary}.
global
  log /dev/log local0
  maxconn 4000
  hard-stop-after 30s
  close-spread-time 5s
  stats socket /run/haproxy/admin.sock mode 660 level admin
  stats timeout 30s
  # Written at each reload: targets stay out or drained, they do not come back unchecked.
  server-state-file ${STATE_FILE}
  user haproxy
  group haproxy

defaults
  mode http
  log global
  option httplog
  option dontlognull
  option log-health-checks
  option idle-close-on-response
  option http-restrict-req-hdr-names reject
${indented(profile.retryLines)}
  load-server-state-from-file global
  timeout connect ${profile.connectTimeoutMs}ms
  timeout check ${check.timeoutMs}ms
  timeout server ${profile.serverTimeoutMs}ms
  timeout client 30s
  timeout queue 2s
  timeout http-request 5s
  timeout http-keep-alive 60s
  timeout client-fin 5s
  timeout tunnel 1h

frontend http
  bind :${config.listenerPort}
  maxconn 3500
  option forwardfor
${indented([...profile.listenerLines, "default_backend app"])}

backend app
  balance static-rr
  option httpchk
  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host app.lab
  http-check expect status 200-299
  # Set, and not added: what a client sends under this name does not get through.
  http-request set-header ${HEALTH_HEADER} "${targetHealth(config.targets)}"
  http-response set-header X-Backend %s
  default-server ${targetDefaults(check, profile.targetOptions)}
${config.targets.map((t) => `  server ${t.name} ${t.address}:${t.port}`).join("\n")}

frontend stats
  bind ${config.statsAddress}:${config.statsPort}
  http-request auth realm stats unless { http_auth(${USERS}) }
  stats enable
  stats uri /
  stats refresh 2s
  stats show-legends
  stats hide-version
`;
}

/**
 * Every target as the load balancer sees it while it forwards a request: `app1=1, app2=0`, 1 for up.
 * HAProxy's fetches cannot tell a target that drains, which is up as well.
 */
function targetHealth(targets: Target[]): string {
  return targets.map(({ name }) => `${name}=%[srv_is_up(app/${name})]`).join(", ");
}

function targetDefaults(check: HealthCheck, options: string[]): string {
  return [
    `check inter ${check.intervalMs}ms fastinter ${check.fastIntervalMs}ms`,
    `downinter ${check.downIntervalMs}ms`,
    `rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`,
    ...options,
    "maxconn 1000",
  ].join(" ");
}

const indented = (lines: string[]) => lines.map((line) => `  ${line}`).join("\n");

/** The file with the stats page's user; the password has letters and digits only. */
export function usersText(user: string, password: string): string {
  return `userlist ${USERS}\n  user ${user} insecure-password ${password}\n`;
}
