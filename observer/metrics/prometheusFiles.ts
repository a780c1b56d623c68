import { ALERTS, JOB } from "./alerts";

/** Names of the files; each refers to the others by them. */
export const FILES = {
  prometheus: "prometheus.yml",
  alerts: "alerts.yml",
  dashboard: "dashboard.json",
  password: "haproxy.password",
} as const;

export interface Scraped {
  /** Where the stats page is: `http://172.20.0.10:8404/`. */
  statsUrl: string;
  user: string;
  metricsPath: string;
  stack: string;
}

/** A text as YAML takes it literally. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** prometheus.yml. The password is in a file of its own, which only its owner reads. */
export function prometheusFile({ statsUrl, user, metricsPath, stack }: Scraped): string {
  const { host, protocol } = new URL(statsUrl);
  return `# Written by ./lab metrics --export; start it with: prometheus --config.file=${FILES.prometheus}
global:
  scrape_interval: 5s
  evaluation_interval: 5s
rule_files:
  - ${FILES.alerts}
scrape_configs:
  - job_name: ${JOB}
    scheme: ${protocol.replace(":", "")}
    metrics_path: ${metricsPath}
    basic_auth:
      username: ${literal(user)}
      password_file: ${FILES.password}
    static_configs:
      - targets: [${literal(host)}]
        labels:
          stack: ${literal(stack)}
`;
}

/** alerts.yml. */
export function alertsFile(): string {
  const rules = ALERTS.map(
    (alert) => `      - alert: ${alert.name}
        expr: ${literal(alert.expr)}
        for: ${alert.for}
        labels:
          severity: ${alert.severity}
        annotations:
          summary: ${literal(alert.summary)}
`,
  );
  return `# Written by ./lab metrics --export.
groups:
  - name: homelab
    rules:
${rules.join("")}`;
}
