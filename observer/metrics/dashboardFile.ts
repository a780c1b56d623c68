import { type Panel, PANELS } from "./panels";

const WIDTH = 12;
const HEIGHT = 8;

/** A dashboard for Grafana 9 or later; it asks for the Prometheus to read when it is imported. */
export function dashboardFile(stack: string): string {
  const dashboard = {
    __inputs: [
      {
        name: "DS_PROMETHEUS",
        label: "Prometheus",
        type: "datasource",
        pluginId: "prometheus",
      },
    ],
    title: `Homelab ${stack}: load balancer`,
    tags: ["homelab"],
    timezone: "browser",
    schemaVersion: 37,
    refresh: "5s",
    time: { from: "now-15m", to: "now" },
    panels: PANELS.map(panel),
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}

/** CloudWatch's name first, HAProxy's metrics in the description. */
export const titleOf = ({ cloudwatch, title }: Panel): string =>
  cloudwatch === undefined ? title : `${cloudwatch}: ${title}`;

/** HAProxy's names of what a panel reads. */
export const metricsOf = ({ queries }: Panel): string[] => [
  ...new Set(queries.flatMap(({ expr }) => expr.match(/haproxy_\w+/g) ?? [])),
];

function panel(one: Panel, place: number) {
  const { unit, queries, cloudwatch, statistic } = one;
  const datasource = { type: "prometheus", uid: "${DS_PROMETHEUS}" };
  const aws =
    cloudwatch === undefined ? "" : `CloudWatch: AWS/ApplicationELB ${cloudwatch}, ${statistic}. `;
  return {
    id: place + 1,
    type: "timeseries",
    title: titleOf(one),
    description: `${aws}HAProxy: ${metricsOf(one).join(", ")}.`,
    datasource,
    gridPos: {
      ...{ w: WIDTH, h: HEIGHT, x: (place % 2) * WIDTH },
      y: Math.floor(place / 2) * HEIGHT,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom", showLegend: true } },
    targets: queries.map(({ expr, legend }, at) => ({
      ...{ datasource, expr, legendFormat: legend },
      refId: String.fromCharCode("A".charCodeAt(0) + at),
    })),
  };
}
