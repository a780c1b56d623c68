import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { METRICS_PATH } from "../../lib/haproxy/haproxyConfig";
import { dashboardFile, metricsOf, titleOf } from "../../observer/metrics/dashboardFile";
import { PANELS } from "../../observer/metrics/panels";
import { alertsFile, FILES, prometheusFile } from "../../observer/metrics/prometheusFiles";
import { type Command, type CommandContext, UsageError } from "../core/command";
import { table } from "../core/table";
import { askPulumi, openPulumi, requireOutputs } from "../lab/session";
import { writeWhole } from "../../system/writeWhole";

export const command: Command = {
  usage: "metrics [--export DIR]",
  description:
    "What can be measured at the load balancer: CloudWatch's names beside HAProxy's. With --export\n" +
    "it writes all that Prometheus and Grafana need for this stack into a folder: prometheus.yml,\n" +
    "alerts.yml, dashboard.json, and haproxy.password, which only you can read. Files of these names\n" +
    "that are there are replaced.",
  options: {
    export: {
      type: "string",
      value: "DIR",
      help: "write the files there; made where it is missing",
    },
  },
  async run(context) {
    const { export: folder } = context.options;
    if (folder === "") throw new UsageError("--export: must name a folder");
    if (typeof folder === "string") return exportTo(context, resolve(folder));
    const rows = PANELS.map((panel) => ({ title: titleOf(panel), haproxy: metricsOf(panel) }));
    context.print(
      context.json
        ? JSON.stringify(rows, undefined, 2)
        : table(
            ["CloudWatch", "HAProxy"],
            rows.map(({ title, haproxy }) => [title, haproxy.join(", ")]),
          ),
    );
    return 0;
  },
};

async function exportTo(context: CommandContext, folder: string): Promise<number> {
  const { stack } = context;
  const { statsUrl, statsUser: user } = await requireOutputs(context);
  const session = await openPulumi(context);
  const words = ["stack", "output", "statsPassword", "--show-secrets"];
  const password = (await askPulumi(context, session, words)).trim();
  const scraped = { statsUrl, user, metricsPath: METRICS_PATH, stack };
  const files: Record<string, string> = {
    [FILES.prometheus]: prometheusFile(scraped),
    [FILES.alerts]: alertsFile(),
    [FILES.dashboard]: dashboardFile(stack),
    [FILES.password]: password,
  };
  mkdirSync(folder, { recursive: true });
  const written = Object.entries(files).map(([name, text]) => {
    const file = join(folder, name);
    writeWhole(file, text, name === FILES.password ? 0o600 : 0o644);
    return file;
  });
  if (context.json) context.print(JSON.stringify({ files: written }, undefined, 2));
  else for (const file of written) context.print(file);
  return 0;
}
