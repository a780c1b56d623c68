import { filesOfScript } from "./renderedFiles";
import { CT, type Part, partsOf, stepOf } from "./parts";
import type { PreviewEvents, Step } from "./steps";

/** What a change means for those who use the stack. */
export interface Consequences {
  /** One sentence for each part that is touched. */
  traffic: string[];
  /** One sentence for each place where data would go. */
  dataLoss: string[];
  /** What else is to be known about data. */
  data: string[];
}

const HOST_CONFIG = /:ContainerHostConfig$/;
const COMMAND = /^command:remote:Command$/;
const COPY = /^command:remote:CopyToRemote$/;
const CONTAINER = /^docker:index\/container:Container$/;
const DRAIN = /:TargetDrain$/;
const ATTACHMENT = /:TargetAttachment$/;

const differs = (step: Step | undefined) => step !== undefined && step.change !== "unchanged";
const isGone = (step: Step | undefined) =>
  step?.change === "replaced" || step?.change === "deleted";

/** What the steps of a preview mean. */
export function consequencesOf({ steps }: PreviewEvents): Consequences {
  const parts = partsOf(steps);
  const found: Consequences = { traffic: [], dataLoss: [], data: [] };
  const apps = parts.filter(({ kind }) => kind === "app");
  const serving = apps.filter((part) => stepOf(part, CT)?.change !== "created").length;
  for (const part of parts) {
    if (part.kind === "app") found.traffic.push(...appTraffic(part, serving));
    if (part.kind === "balancer") found.traffic.push(...balancerTraffic(part));
    if (part.kind === "database") addDatabase(part, found);
    if (part.kind === "network") found.traffic.push(...networkTraffic(part));
  }
  return found;
}

/** What a change does to the service of an app node. */
function appTraffic(part: Part, serving: number): string[] {
  const { name } = part;
  const ct = stepOf(part, CT);
  if (ct?.change === "created") {
    return [`${name} is new: it gets requests once it is healthy, 0 requests lost expected`];
  }
  if (ct?.change === "deleted") {
    return serving > 1
      ? [`${name} is removed: drained first, 0 requests lost expected`]
      : [`${name} is removed: OUTAGE, no target is left`];
  }
  const what = interruption(part, ct);
  if (what === undefined) return [];
  if (serving < 2) {
    return [
      `${name} ${what}: OUTAGE, it is the only target (\`up\` refuses this without --allow-outage)`,
    ];
  }
  if (!isTakenOut(part)) return [`${name} ${what}: REQUESTS LOST, for it is not drained before`];
  return [`${name} ${what}: drained first, 0 requests lost expected`];
}

/** By a drain before its CT changes; or by its attachment, which goes before the container that it is for. */
function isTakenOut(part: Part): boolean {
  if (differs(stepOf(part, DRAIN))) return true;
  const isInsideOnly = ![CT, HOST_CONFIG].some((type) => isInterrupted(stepOf(part, type)));
  const docker = stepOf(part, COMMAND, "-docker");
  return isInsideOnly && !differs(docker) && isGone(stepOf(part, ATTACHMENT));
}

/** An update of a CT itself, of its memory for example, interrupts nothing. */
const isInterrupted = (step: Step | undefined) =>
  step !== undefined && (CT.test(step.type) ? isGone(step) : differs(step));

function interruption(part: Part, ct: Step | undefined): string | undefined {
  if (ct?.change === "replaced") return "is rebuilt";
  if (differs(stepOf(part, HOST_CONFIG))) return "is restarted (features or raw lines of its CT)";
  if (differs(stepOf(part, COMMAND, "-docker"))) return "has its Docker restarted";
  if (isGone(stepOf(part, CONTAINER))) return "gets a new container of the service";
  return undefined;
}

function balancerTraffic(part: Part): string[] {
  const { name } = part;
  const ct = stepOf(part, CT);
  if (ct?.change === "created") return [];
  if (isGone(ct)) {
    return [`${name} is ${ct!.change === "deleted" ? "removed" : "rebuilt"}: OUTAGE meanwhile`];
  }
  if (differs(stepOf(part, HOST_CONFIG))) return [`${name} is restarted: OUTAGE meanwhile`];
  if (differs(stepOf(part, COMMAND, "-install"))) {
    return [`${name}: HAProxy's installation runs again, which may restart it`];
  }
  if (differs(stepOf(part, COPY)) || differs(stepOf(part, COMMAND, "-activate"))) {
    return [`${name} reloads its configuration, 0 requests lost expected`];
  }
  return [];
}

/** Data first; then what becomes of open connections. */
function addDatabase(part: Part, found: Consequences): void {
  const { name } = part;
  const ct = stepOf(part, CT);
  if (isGone(ct)) {
    const restores = stepOf(part, COMMAND, "-restore");
    if (ct!.change === "replaced" && restores?.change === "created") {
      found.data.push(`${name} is rebuilt, and its data comes back from the dump that was saved`);
    } else {
      const verb = ct!.change === "deleted" ? "deletes" : "replaces";
      found.dataLoss.push(`${verb} ${name}: DATA LOSS`);
    }
    found.traffic.push(`${name} is away meanwhile: requests that need it fail`);
    return;
  }
  if (ct?.change === "created") return;
  const config = stepOf(part, COMMAND, "-config");
  const [before, after] = [databaseOf(config?.old), databaseOf(config?.new)];
  if (before !== undefined && after !== undefined && before !== after) {
    found.data.push(
      `${name}: the service gets another database, "${after}", which is empty; "${before}" stays where it is`,
    );
  }
  if (differs(stepOf(part, HOST_CONFIG))) {
    found.traffic.push(`${name} is restarted: requests that need it fail meanwhile`);
  } else if (config && differs(config)) {
    const changed = changedFiles(config);
    if (changed.some((path) => path.endsWith("/homelab.conf"))) {
      found.traffic.push(
        `${name}: PostgreSQL is restarted, connections to it are cut for a moment`,
      );
    } else if (changed.some((path) => path.endsWith("/pg_hba.conf"))) {
      found.traffic.push(`${name}: PostgreSQL reads pg_hba.conf again, no connection is cut`);
    }
  }
}

/** The database that the configuring script makes. */
function databaseOf(inputs: Step["old"]): string | undefined {
  const script = typeof inputs?.create === "string" ? inputs.create : "";
  return /CREATE DATABASE (\w+) OWNER/.exec(script)?.[1];
}

function changedFiles({ old, new: now }: Step): string[] {
  const files = (inputs: Step["old"]) =>
    filesOfScript(typeof inputs?.create === "string" ? inputs.create : "");
  const before = new Map(files(old).map(({ path, text }) => [path, text]));
  return files(now)
    .filter(({ path, text }) => before.get(path) !== text)
    .map(({ path }) => path);
}

function networkTraffic(part: Part): string[] {
  const touched = part.steps.filter((step) => differs(step) && step.type.includes(":"));
  const bridge = touched.find(({ type }) => /Bridge/.test(type));
  if (bridge && isGone(bridge))
    return ["the private bridge is replaced: OUTAGE of the whole stack"];
  const own = touched.filter(({ change }) => change !== "created");
  return own.length > 0
    ? ["the node's network filters are loaded anew, open connections stay"]
    : [];
}
