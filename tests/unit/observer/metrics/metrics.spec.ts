import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALERTS } from "../../../../observer/metrics/alerts";
import { dashboardFile, metricsOf } from "../../../../observer/metrics/dashboardFile";
import { PANELS } from "../../../../observer/metrics/panels";
import { alertsFile, prometheusFile } from "../../../../observer/metrics/prometheusFiles";

const { load } = createRequire(__filename)("js-yaml") as { load: (text: string) => unknown };

/** Names and labels that the lab's HAProxy 2.6 gave; `sed 's/ [0-9.e+-]*$//'` of its /metrics. */
const recorded = readFileSync(join(__dirname, "haproxyMetrics.txt"), "utf8").trim().split("\n");
const names = new Set(recorded.map((line) => line.replace(/\{.*/, "")));

const expressions = [
  ...PANELS.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
  ...ALERTS.map(({ expr }) => expr),
];

describe("queries for Prometheus", () => {
  it("ask for metrics that the load balancer has", () => {
    for (const expr of expressions) {
      const asked = expr.match(/haproxy_\w+/g) ?? [];
      for (const name of asked) assert.ok(names.has(name), name);
      assert.ok(asked.length > 0 || expr.startsWith("up{"), expr);
    }
  });

  it("choose by labels and values that these metrics have", () => {
    for (const expr of expressions) {
      for (const [, name, labels] of expr.matchAll(/(haproxy_\w+)\{([^}]*)\}/g)) {
        for (const [, label, operator, value] of labels!.matchAll(/(\w+)(=|!=|!~)"([^"]*)"/g)) {
          const own = recorded.filter((line) => line.startsWith(`${name}{`));
          assert.ok(
            own.every((line) => line.includes(`${label}="`)),
            `${name} ${label}`,
          );
          if (operator === "=") {
            assert.ok(
              own.some((line) => line.includes(`${label}="${value}"`)),
              `${name} ${value}`,
            );
          }
        }
      }
    }
  });

  it("have an ALB's metrics beside HAProxy's", () => {
    const known = PANELS.flatMap(({ cloudwatch }) => cloudwatch ?? []);
    assert.equal(new Set(known).size, known.length);
    for (const name of ["RequestCount", "HealthyHostCount", "UnHealthyHostCount"]) {
      assert.ok(known.includes(name), name);
    }
    for (const panel of PANELS) assert.ok(metricsOf(panel).length > 0, panel.title);
  });
});

describe("files for Prometheus and Grafana", () => {
  const scraped = {
    ...{ statsUrl: "http://172.20.0.10:8404/", user: "admin", metricsPath: "/metrics" },
    stack: "it's",
  };

  it("scrape the stats listener as its user, whose password stands in another file", () => {
    assert.deepEqual(load(prometheusFile(scraped)), {
      global: { scrape_interval: "5s", evaluation_interval: "5s" },
      rule_files: ["alerts.yml"],
      scrape_configs: [
        {
          job_name: "homelab-lb",
          scheme: "http",
          metrics_path: "/metrics",
          basic_auth: { username: "admin", password_file: "haproxy.password" },
          static_configs: [{ targets: ["172.20.0.10:8404"], labels: { stack: "it's" } }],
        },
      ],
    });
  });

  it("have every alert, with what it says", () => {
    const { groups } = load(alertsFile()) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    assert.deepEqual(
      groups[0]!.rules.map(({ alert, expr }) => [alert, expr]),
      ALERTS.map(({ name, expr }) => [name, expr]),
    );
  });

  it("have a panel for each figure, none over another", () => {
    const { panels } = JSON.parse(dashboardFile("dev")) as {
      panels: { id: number; gridPos: { x: number; y: number } }[];
    };
    assert.equal(panels.length, PANELS.length);
    assert.equal(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size, panels.length);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  });
});
