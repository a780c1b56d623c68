import { type TargetHealth, targetHealth, targetRows } from "../../targetHealth";
import { type LabGroup, TARGET_PORT } from "../balancer";
import type { AwsFacts } from "../facts";
import { instanceId } from "../names";
import type { Document } from "../wire/document";
import { integerOf, neededText, structuresOf } from "../wire/input";
import { Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import { needGroup } from "./found";

interface WantedTarget {
  id: string;
  port: number;
}

export function describeTargetHealth(input: Input, lab: AwsFacts): Document {
  const group = needGroup(lab, neededText(input, "TargetGroupArn"));
  const registered = group.targets.map(({ vmid }) => ({ id: instanceId(vmid), port: TARGET_PORT }));
  const given = structuresOf(input, "Targets").map(wantedTarget);
  const wanted = given.length > 0 ? given : registered;
  const health = healthOf(lab, group);
  return {
    TargetHealthDescriptions: wanted.map(({ id, port }) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort: String(port),
      TargetHealth: inWords((port === TARGET_PORT && health.get(id)) || NOT_REGISTERED),
      ...(group.anomalyMitigation && { AnomalyDetection: anomalyOf(lab, group, id) }),
    })),
  };
}

function wantedTarget(target: Input): WantedTarget {
  const id = neededText(target, "Id");
  if (!/^i-[0-9a-f]{8,17}$/.test(id)) {
    throw new Problem("ValidationError", `Instance ID '${id}' is not valid`);
  }
  return { id, port: integerOf(target, "Port", { min: 1, max: 65_535 }) ?? TARGET_PORT };
}

/** What an anomaly is found by also mitigates it: neither is without the other. */
function anomalyOf({ weights = [] }: AwsFacts, { name, targets }: LabGroup, id: string): Document {
  const target = targets.find(({ vmid }) => instanceId(vmid) === id)?.name;
  const found = weights.some(
    (one) => one.owner === "anomaly" && one.group === name && one.target === target,
  );
  return { Result: found ? "anomalous" : "normal", MitigationInEffect: found ? "yes" : "no" };
}

const NOT_REGISTERED: TargetHealth = {
  state: "unavailable",
  reason: "Target.NotRegistered",
  detail: "not in the target group",
};

/** Of each target by its instance id. */
function healthOf({ stats }: AwsFacts, { name, targets }: LabGroup): Map<string, TargetHealth> {
  const names = targets.map((target) => target.name);
  const rows = targetRows(stats ?? [], names, name);
  const unheard: TargetHealth = {
    state: "unavailable",
    reason: "Elb.InternalError",
    detail: "HAProxy does not answer",
  };
  return new Map(
    targets.map((target) => [
      instanceId(target.vmid),
      stats ? targetHealth(rows.get(target.name)) : unheard,
    ]),
  );
}

/** AWS's descriptions, from "Health checks for Application Load Balancer target groups". */
const DESCRIPTIONS: Record<string, string> = {
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Elb.InternalError": "Health checks failed due to an internal error",
  "Target.DeregistrationInProgress": "Target deregistration is in progress",
  "Target.FailedHealthChecks": "Health checks failed",
  "Target.HealthCheckDisabled": "Health checks are disabled",
  "Target.NotRegistered": "Target is not registered to the target group",
  "Target.ResponseCodeMismatch": "Health checks failed with these codes",
  "Target.Timeout": "Request timed out",
};

function inWords({ state, reason, detail }: TargetHealth): Document {
  if (reason === null) return { State: state };
  return {
    // What is not registered is `unused` to AWS.
    State: reason === "Target.NotRegistered" ? "unused" : state,
    Reason: reason,
    Description: `${DESCRIPTIONS[reason] ?? reason} (HAProxy: ${detail})`,
  };
}
