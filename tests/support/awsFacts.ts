import { MetricStore } from "../../observer/aws/cloudwatch/metricStore";
import type { AwsFacts } from "../../observer/aws/facts";
import type { Document } from "../../observer/aws/wire/document";
import type { StatRow } from "../../observer/targetHealth";
import { labSettings } from "./labSettings";

/** A line of `show stat`. */
export const statRow = (pxname: string, svname: string, values: StatRow = {}): StatRow => ({
  ...{ pxname, svname, status: "UP", check_status: "L7OK", check_code: "200" },
  ...values,
});

/** A lab of three app nodes, of which app2 is down, at the begin of 2026. */
export function awsFacts(changes: Partial<AwsFacts> & { config?: Record<string, string> } = {}) {
  const { config, ...facts } = changes;
  const settings = labSettings(config);
  const down = { status: "DOWN", check_status: "L4CON", check_code: "", last_chk: "refused" };
  const whole: AwsFacts = {
    stack: "dev",
    settings,
    at: Date.parse("2026-01-01T00:10:00Z"),
    stats: [
      statRow("app", "app1"),
      statRow("app", "app2", down),
      statRow("app", "app3", { status: "DRAIN" }),
    ],
    guests: new Map(
      [settings.loadBalancer, ...settings.appNodes, settings.database].map(({ vmid }) => [
        vmid,
        { status: "running", uptimeSeconds: 600 },
      ]),
    ),
    databaseAnswers: true,
    metrics: new MetricStore(),
    ...facts,
  };
  return whole;
}

/** Whatever a test looks into. */
type Shown = ReturnType<typeof JSON.parse>;
type ShownAnswer = Record<string, Shown[]> & { DBInstances: Shown; NextToken: Shown };

/** An answer as a client has it: without members that have no value; dates are texts. */
export const shown = (answer: Document): ShownAnswer =>
  JSON.parse(JSON.stringify(answer)) as ShownAnswer;
