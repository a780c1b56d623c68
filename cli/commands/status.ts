import { maskedText } from "../../observer/maskedFailures";
import { apiAccess, nodeAccess, requireNode, requireOutputs } from "../lab/session";
import type { BudgetLine } from "../status/budget";
import { describeTemplateNews, readTemplateNews } from "../status/templates";
import { describeRunTime, readRunTime } from "../status/runTime";
import { type LabStatus, readStatus } from "../status/labStatus";
import { type Command, jsonOption } from "../core/command";
import { table } from "../core/table";
import { devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "status [--json]",
  description:
    "What the load balancer sees of each target (ALB's states and reason codes), which failures\n" +
    "its retries hid from clients, whether the database answers, what the guests use of the\n" +
    "memory and disk the lab may count on, which CTs were made from another template than new ones\n" +
    "are, and what was set at run time (faults, drains, weights), by whom, and how to undo it.",
  options: { json: jsonOption },
  async run(context) {
    const embedded = context.stack === devStack ? await requireNode(context) : undefined;
    const outputs = await requireOutputs(context);
    const ssh = await nodeAccess(context);
    const [status, runTime, templates] = await Promise.all([
      readStatus({ outputs, ssh, api: await apiAccess(context), embedded }),
      readRunTime(ssh, outputs, context.stack),
      readTemplateNews(context),
    ]);
    const news = describeTemplateNews(templates, context.stack);
    const parts = [describe(status), ...(news ? [`templates  ${news}`] : [])];
    const said = () => [...parts, ...describeRunTime(runTime)].join("\n");
    const all = { ...status, templates, runTime };
    context.print(context.json ? JSON.stringify(all, undefined, 2) : said());
    return 0;
  },
};

function describe(status: LabStatus): string {
  const { loadBalancer: lb, database: db, budget } = status;
  return [
    `load balancer  ${lb.name} (CT ${lb.vmid})  ${status.url}${status.localUrl ? `  ${status.localUrl}` : ""}`,
    `               ${routingText[lb.routing]}`,
    `               hidden from clients since the last reload: ${lb.masked ? maskedText(lb.masked) : "unknown"}`,
    `database       ${db.name} (CT ${db.vmid})  ${db.address}:${db.port}  ${db.state} (${db.detail})`,
    "",
    table(
      ["target", "vmid", "address", "storage driver", "state", "retried", "reason"],
      status.targets.map((target) => [
        target.name,
        String(target.vmid),
        `${target.address}:${target.port}`,
        target.storageDriver,
        target.state,
        String(target.masked?.retried ?? "-"),
        target.reason ? `${target.reason} (${target.detail})` : target.detail,
      ]),
    ),
    "",
    table(
      ["guest", "memory used/cap MiB", "disk used/size GiB", "status"],
      budget.guests.map((guest) => [
        guest.name,
        `${guest.memoryMiB.used} / ${guest.memoryMiB.cap}`,
        `${guest.diskGiB.used} / ${guest.diskGiB.cap}`,
        guest.status,
      ]),
    ),
    "",
    budgetLine("memory", "MiB", budget.memoryMiB),
    budgetLine("disk", "GiB", budget.diskGiB),
  ].join("\n");
}

const routingText: Record<LabStatus["loadBalancer"]["routing"], string> = {
  balanced: "requests go to healthy targets",
  "fail-open": "no target is healthy: requests go to all of them (X-Fail-Open: true)",
  none: "no target is healthy: requests are answered with 503",
  unknown: "does not answer",
};

function budgetLine(what: string, unit: string, line: BudgetLine): string {
  return (
    `${what.padEnd(7)}${line.caps} ${unit} given to guests + ${line.reserved} reserved ` +
    `of ${line.budget}; ${line.free} free`
  );
}
