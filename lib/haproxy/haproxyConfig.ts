import { BACKEND, FAIL_OPEN_BACKEND, FAIL_OPEN_HEADER } from "./backends";
import type { ProfileName } from "../stack/settings";
import type { HealthCheck, Profile } from "./profiles";
import { PROFILES } from "./profiles";
import { STATE_FILE } from "./installHaproxy";

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
  targets: readonly Target[];
  /** How health is checked, and what becomes of a request whose target fails. */
  profile: ProfileName;
  /**
   * What differs from the profile's health check.
   *
   * @default - nothing
   */
  healthCheck?: Partial<HealthCheck>;
}

/** Name of the list of users that `usersText` defines; kept in a file of its own, for it has a password. */
const USERS = "stats-users";

/** Request header that tells the targets about each other. */
const HEALTH_HEADER = "X-Target-Health";

/** Path on the stats listener where Prometheus reads metrics; it asks for the same user. */
export const METRICS_PATH = "/metrics";

/**
 * The access log: HAProxy's own `httplog` with the request's trace id after it. Termination state,
 * retries (`+` when another target was tried) and times are in the places where tools expect them.
 */
const LOG_FORMAT =
  "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc " +
  "%ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %ID";

/** An ALB's trace id without its field name: version, 8 hex digits of time, 24 of chance. */
const TRACE_ID = "1-%[date,bytes(4,4),hex,lower]-%[uuid,regsub(-,,g),bytes(0,24)]";

/** haproxy.cfg for a target group behind one HTTP listener. */
export function renderConfig(config: LoadBalancerConfig): string {
  const profile = PROFILES[config.profile];
  const check = { ...profile.healthCheck, ...config.healthCheck };
  return `# Rendered by the Pulumi program; the next change of a target or setting replaces it.
# Profile ${config.profile}: ${profile.summary}.
global
  log /dev/log local0
  maxconn 4000
  # One does thousands of requests a second; more only trade CPUs with each other and with the log.
  nbthread 1
  # Half of the usual size: 2,000 requests at once then take 53 MB and not 80. Headers have 7 kB.
  tune.bufsize 8192
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
  log-format "${LOG_FORMAT}"
  option dontlognull
  option log-health-checks
  option idle-close-on-response
  option http-restrict-req-hdr-names reject
${indented(profile.retryLines)}
  load-server-state-from-file global
  timeout connect ${profile.connectTimeoutMs}ms
  timeout check ${check.timeoutMs}ms
  timeout server ${profile.serverTimeoutMs}ms
  # An ALB's idle timeout. Between requests the shorter of this and http-keep-alive holds.
  timeout client 60s
  timeout queue 2s
  timeout http-request 5s
  timeout http-keep-alive 60s
  timeout client-fin 5s
  timeout tunnel 1h

frontend http
  bind :${config.listenerPort}
  maxconn 3500
  # As an ALB does: appended, so the last address is the one seen here, whatever a client claims.
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port %[dst_port]
  unique-id-format "${TRACE_ID}"
  http-request set-header X-Amzn-Trace-Id "Self=%[unique-id];%[req.hdr(X-Amzn-Trace-Id)]" if { req.hdr(X-Amzn-Trace-Id) -m sub Root= }
  http-request set-header X-Amzn-Trace-Id "Root=%[unique-id]" unless { req.hdr(X-Amzn-Trace-Id) -m sub Root= }
${indented([...profile.listenerLines, ...failOpen(profile), `default_backend ${BACKEND}`])}

backend ${BACKEND}
  balance static-rr
  option httpchk
  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host app.lab
  http-check expect status 200-299
  # Set, and not added: what a client sends under this name does not get through.
${targetHealth(config.targets)}
  http-response set-header X-Backend %s
  http-response del-header ${FAIL_OPEN_HEADER}
  default-server ${targetDefaults(check, profile.targetOptions)}
${servers(config.targets)}

# The same targets without checks, for when none passes them. Drains are set here too.
backend ${FAIL_OPEN_BACKEND}
  balance static-rr
${targetHealth(config.targets)}
  http-response set-header X-Backend %s
  http-response set-header ${FAIL_OPEN_HEADER} true
  default-server ${MAXCONN}
${servers(config.targets)}

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

/**
 * The rule that tells a target how the load balancer sees each of them while it forwards a request:
 * `app1=1, app2=0`, 1 for up. HAProxy's fetches cannot tell a target that drains, which is up as well.
 */
function targetHealth(targets: readonly Target[]): string {
  if (targets.length === 0) return `  http-request del-header ${HEALTH_HEADER}`;
  const states = targets.map(({ name }) => `${name}=%[srv_is_up(${BACKEND}/${name})]`).join(", ");
  return `  http-request set-header ${HEALTH_HEADER} "${states}"`;
}

/** A request goes to the unchecked backend only while no target of the checked one may have it. */
function failOpen({ failOpen }: Profile): string[] {
  return failOpen ? [`use_backend ${FAIL_OPEN_BACKEND} if { nbsrv(${BACKEND}) eq 0 }`] : [];
}

/** The lines of a proxy's targets. */
export const servers = (targets: readonly Target[]): string =>
  targets.map(({ name, address, port }) => `  server ${name} ${address}:${port}`).join("\n");

/** Connections of one target at a time; more wait for `timeout queue`. */
const MAXCONN = "maxconn 1000";

function targetDefaults(check: HealthCheck, options: string[]): string {
  return [
    `check inter ${check.intervalMs}ms fastinter ${check.fastIntervalMs}ms`,
    `downinter ${check.downIntervalMs}ms`,
    `rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`,
    ...options,
    MAXCONN,
  ].join(" ");
}

const indented = (lines: string[]) => lines.map((line) => `  ${line}`).join("\n");

/** The file with the stats page's user; the password has letters and digits only. */
export function usersText(user: string, password: string): string {
  return `userlist ${USERS}\n  user ${user} insecure-password ${password}\n`;
}
