/** One server that may receive traffic. */
export interface Target {
  name: string;
  address: string;
  port: number;
}

/** Probe that decides whether a target receives traffic. One unit: milliseconds. */
export interface HealthCheck {
  path: string;
  intervalMs: number;
  /** Between checks while a target changes its state. */
  fastIntervalMs: number;
  timeoutMs: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
}

export interface LoadBalancerConfig {
  listenerPort: number;
  /** The stats page listens on the LAN address only. */
  statsAddress: string;
  statsPort: number;
  targets: Target[];
  healthCheck: HealthCheck;
  /** How long a target may take to answer. */
  serverTimeoutMs: number;
}

/** Name of the list of users that `usersText` defines; kept in a file of its own, for it has a password. */
const USERS = "stats-users";

/** Request header that tells the targets about each other. */
const HEALTH_HEADER = "X-Target-Health";

/** haproxy.cfg for a target group behind one HTTP listener. */
export function renderConfig(config: LoadBalancerConfig): string {
  const check = config.healthCheck;
  return `# Rendered by the Pulumi program; the next change of a target or setting replaces it.
global
  log /dev/log local0
  maxconn 4000
  hard-stop-after 30s
  close-spread-time 5s
  stats socket /run/haproxy/admin.sock mode 660 level admin
  stats timeout 30s
  user haproxy
  group haproxy

defaults
  mode http
  log global
  option httplog
  option dontlognull
  option idle-close-on-response
  option http-restrict-req-hdr-names reject
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response response-timeout
  timeout connect 500ms
  timeout check ${check.timeoutMs}ms
  timeout server ${config.serverTimeoutMs}ms
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
  # A request that changes something is never sent twice.
  http-request disable-l7-retry unless METH_GET
  default_backend app

backend app
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host app.lab
  http-check expect status 200-299
  # Set, and not added: what a client sends under this name does not get through.
  http-request set-header ${HEALTH_HEADER} "${targetHealth(config.targets)}"
  http-response set-header X-Backend %s
  default-server ${serverDefaults(check)}
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

function serverDefaults(check: HealthCheck): string {
  return [
    `check inter ${check.intervalMs}ms fastinter ${check.fastIntervalMs}ms`,
    `downinter ${check.intervalMs}ms`,
    `rise ${check.healthyThreshold} fall ${check.unhealthyThreshold}`,
    // One failed connection of a real request takes a target out; the next checks bring it back.
    "observe layer4 error-limit 1 on-error mark-down maxconn 100",
  ].join(" ");
}

/** The file with the stats page's user; the password has letters and digits only. */
export function usersText(user: string, password: string): string {
  return `userlist ${USERS}\n  user ${user} insecure-password ${password}\n`;
}
