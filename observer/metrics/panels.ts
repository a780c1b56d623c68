import { failOpenOf, STATS_FRONTEND } from "../../lib/haproxy/backends";

/** One figure of the load balancer, as CloudWatch calls it and as Prometheus is asked for it. */
export interface Panel {
  /** CloudWatch's metric in AWS/ApplicationELB; undefined: AWS has none, HAProxy tells more. */
  cloudwatch?: string;
  /** CloudWatch's statistic that the query stands for. */
  statistic?: "Sum" | "Average" | "Maximum" | "Minimum";
  title: string;
  /** Grafana's name of the unit. */
  unit: "reqps" | "s" | "short" | "Bps" | "cps";
  queries: { expr: string; legend: string }[];
}

/** The listeners; HAProxy's statistics are served by a frontend too. */
const LISTENERS = `proxy!="${STATS_FRONTEND}"`;
/** Targets that are checked; each is a second time in the backend that serves while none is healthy. */
export const CHECKED = `proxy!~"${failOpenOf(".*")}"`;

const rate = (metric: string, labels: string) => `rate(${metric}{${labels}}[$__rate_interval])`;
const perSecond = (metric: string, labels: string) => `sum(${rate(metric, labels)})`;
const byTarget = (metric: string, labels = "") => `sum by (server) (${rate(metric, labels)})`;

/** What the dashboard shows, from the clients' side to the targets'. */
export const PANELS: readonly Panel[] = [
  {
    cloudwatch: "RequestCount",
    statistic: "Sum",
    title: "requests",
    unit: "reqps",
    queries: [
      {
        expr: perSecond("haproxy_frontend_http_requests_total", LISTENERS),
        legend: "all listeners",
      },
    ],
  },
  {
    title: "requests of each target",
    unit: "reqps",
    queries: [{ expr: byTarget("haproxy_server_sessions_total"), legend: "{{server}}" }],
  },
  {
    cloudwatch: "HealthyHostCount",
    statistic: "Average",
    title: "healthy targets",
    unit: "short",
    queries: [
      {
        expr: `sum by (proxy) (haproxy_server_status{state="UP",${CHECKED}})`,
        legend: "{{proxy}}",
      },
    ],
  },
  {
    cloudwatch: "UnHealthyHostCount",
    statistic: "Average",
    title: "unhealthy targets",
    unit: "short",
    queries: [
      {
        expr: `sum by (proxy) (haproxy_server_status{state="DOWN",${CHECKED}})`,
        legend: "{{proxy}}",
      },
    ],
  },
  {
    cloudwatch: "TargetResponseTime",
    statistic: "Average",
    title: "response time, average of a target's last 1024 requests",
    unit: "s",
    queries: [
      {
        expr: `max by (server) (haproxy_server_response_time_average_seconds{${CHECKED}})`,
        legend: "{{server}}",
      },
    ],
  },
  {
    cloudwatch: "HTTPCode_Target_5XX_Count",
    statistic: "Sum",
    title: "errors that targets answered",
    unit: "reqps",
    queries: [
      {
        expr: byTarget("haproxy_server_http_responses_total", 'code="5xx"'),
        legend: "{{server}}",
      },
    ],
  },
  {
    cloudwatch: "HTTPCode_ELB_5XX_Count",
    statistic: "Sum",
    title: "errors of the load balancer's own",
    unit: "reqps",
    queries: [
      {
        expr:
          `clamp_min(${perSecond("haproxy_frontend_http_responses_total", `code="5xx",${LISTENERS}`)}` +
          ` - ${perSecond("haproxy_server_http_responses_total", 'code="5xx"')}, 0)`,
        legend: "load balancer",
      },
    ],
  },
  {
    cloudwatch: "TargetConnectionErrorCount",
    statistic: "Sum",
    title: "connections to targets that failed",
    unit: "cps",
    queries: [{ expr: byTarget("haproxy_server_connection_errors_total"), legend: "{{server}}" }],
  },
  {
    title: "failures that retries hid (no metric of an ALB tells)",
    unit: "cps",
    queries: [
      { expr: byTarget("haproxy_server_retry_warnings_total"), legend: "{{server}} retried" },
      {
        expr: byTarget("haproxy_server_redispatch_warnings_total"),
        legend: "{{server}} redispatched",
      },
    ],
  },
  {
    title: "failed health checks",
    unit: "cps",
    queries: [
      { expr: byTarget("haproxy_server_check_failures_total", CHECKED), legend: "{{server}}" },
    ],
  },
  {
    cloudwatch: "ActiveConnectionCount",
    statistic: "Sum",
    title: "connections of clients",
    unit: "short",
    queries: [
      { expr: `sum(haproxy_frontend_current_sessions{${LISTENERS}})`, legend: "all listeners" },
    ],
  },
  {
    cloudwatch: "ProcessedBytes",
    statistic: "Sum",
    title: "bytes",
    unit: "Bps",
    queries: [
      { expr: perSecond("haproxy_frontend_bytes_in_total", LISTENERS), legend: "in" },
      { expr: perSecond("haproxy_frontend_bytes_out_total", LISTENERS), legend: "out" },
    ],
  },
];
