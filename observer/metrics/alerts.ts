import { CHECKED } from "./panels";

/** A condition that somebody wants to hear of. */
export interface Alert {
  name: string;
  expr: string;
  /** How long it must hold, in Prometheus's words. */
  for: string;
  severity: "warning" | "critical";
  /** One sentence; `{{ $labels.x }}` is the label x of what the query found. */
  summary: string;
}

/** Of what Prometheus reads at the load balancer. */
export const JOB = "homelab-lb";

/** As alarms on an ALB's metrics: targets, errors, and what nobody sees without being told. */
export const ALERTS: readonly Alert[] = [
  {
    name: "LoadBalancerAway",
    expr: `up{job="${JOB}"} == 0`,
    for: "15s",
    severity: "critical",
    summary: "the load balancer's metrics cannot be read",
  },
  {
    name: "NoHealthyTarget",
    expr: "haproxy_backend_active_servers == 0 and on (proxy) haproxy_server_weight",
    for: "0s",
    severity: "critical",
    summary: "no target of group {{ $labels.proxy }} is healthy",
  },
  {
    name: "TargetUnhealthy",
    expr: `haproxy_server_status{state="DOWN",${CHECKED}} == 1`,
    for: "10s",
    severity: "warning",
    summary: "target {{ $labels.server }} of group {{ $labels.proxy }} is unhealthy",
  },
  {
    name: "TargetAnswersErrors",
    expr:
      'sum by (server) (rate(haproxy_server_http_responses_total{code="5xx"}[1m])) > ' +
      "0.05 * sum by (server) (rate(haproxy_server_http_responses_total[1m]))",
    for: "30s",
    severity: "warning",
    summary: "more than 5 % of the answers of {{ $labels.server }} are errors",
  },
  {
    name: "FailuresHiddenByRetries",
    expr: "sum(rate(haproxy_server_retry_warnings_total[1m])) > 0",
    for: "1m",
    severity: "warning",
    summary: "requests are sent again all the time; clients see nothing of it yet",
  },
];
