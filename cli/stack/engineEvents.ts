import { explainError, type Failure, groupFailures } from "./explainError";

/** The part of Pulumi's engine events (one JSON document a line of `--event-log`) that is used here. */
export interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata; planning?: boolean };
  resOutputsEvent?: { metadata: StepMetadata; planning?: boolean };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  policyEvent?: {
    resourceUrn?: string;
    message: string;
    policyName: string;
    enforcementLevel: string;
  };
  errorEvent?: { error: string };
  summaryEvent?: { isPreview: boolean; resourceChanges?: Record<string, number> };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
}

/** How far an operation is. */
export interface EngineState {
  phase: "preview" | "update";
  /** Changes the preview announced. */
  planned: number;
  done: number;
  /** What is being worked on, oldest first, by URN. */
  active: Map<string, string>;
  /** What each of those said last, by URN: a command tells there what it waits for. */
  said: Map<string, string>;
  /** Errors and mandatory policy violations, as they came. */
  errors: Failure[];
  /** Changes of the update by operation, once it ended. */
  changes?: Record<string, number>;
}

export function startState(): EngineState {
  return { phase: "preview", planned: 0, done: 0, active: new Map(), said: new Map(), errors: [] };
}

/** Operations that change something; `replace` only marks a pair of create and delete. */
const verbs: Record<string, string> = {
  create: "creating",
  update: "updating",
  delete: "deleting",
  "create-replacement": "replacing",
  "delete-replaced": "deleting the old",
  refresh: "reading",
  import: "importing",
};

/** What our components stand for in AWS. */
const awsRoles: Record<string, string> = {
  "homelab:components:Network": "VPC",
  "homelab:components:Database": "RDS",
  "homelab:components:AppNode": "EC2",
  "homelab:components:LoadBalancer": "ALB",
};

/** Takes one event into account. */
export function applyEvent(state: EngineState, event: EngineEvent): void {
  const { resourcePreEvent: pre, resOutputsEvent: outputs, resOpFailedEvent: failed } = event;
  if (pre && verbs[pre.metadata.op]) {
    if (pre.planning) state.planned++;
    else {
      state.phase = "update";
      state.said.delete(pre.metadata.urn);
      state.active.set(pre.metadata.urn, describeStep(pre.metadata));
    }
  }
  if (outputs && !outputs.planning && state.active.delete(outputs.metadata.urn)) state.done++;
  if (failed) state.active.delete(failed.metadata.urn);
  const { diagnosticEvent: said, policyEvent: policy, errorEvent: error } = event;
  if (said?.urn && state.active.has(said.urn)) {
    const line = plain(said.message).split("\n").at(-1)!.trim();
    if (line !== "") state.said.set(said.urn, line);
  }
  if (said?.severity === "error" && !said.ephemeral) {
    state.errors.push(failureOf(said.urn, said.message));
  }
  if (policy?.enforcementLevel === "mandatory") {
    state.errors.push(
      failureOf(policy.resourceUrn, `policy ${policy.policyName}: ${policy.message}`),
    );
  }
  if (error) state.errors.push({ text: plain(error.error) });
  if (event.summaryEvent && !event.summaryEvent.isPreview) {
    state.changes = event.summaryEvent.resourceChanges ?? {};
  }
}

/** Providers made from Terraform's say each failure twice, once as a line of their own log. */
const providerLog = /^sdk-v2\/provider2\.go:\d+: /;

/**
 * The errors to show: each cause once, with the resources that it stopped, and a provider's log line only
 * where nothing else was said.
 */
export function errorsToShow({ errors }: EngineState): string[] {
  const said = errors.filter(({ text }) => !/^(preview|update|destroy) failed$/.test(text));
  const own = said.filter(({ text }) => !providerLog.test(text));
  const shown = own.length > 0 ? own : said;
  return groupFailures(shown.map(({ subject, text }) => ({ subject, text: explainError(text) })));
}

/** One line for the progress display. */
export function progressNote(state: EngineState): string {
  if (state.phase === "preview") return `preview, ${state.planned} changes so far`;
  const doing = [...state.active].filter(([, text]) => text !== "");
  const more = doing.length > shownSteps ? ` and ${doing.length - shownSteps} more` : "";
  const shown = doing.slice(0, shownSteps).map(([, text]) => text);
  // The oldest of those that said something is what the others wait for.
  const [urn] = doing.find(([one]) => state.said.has(one)) ?? [];
  const waits = urn === undefined ? "" : `; ${splitUrn(urn).name}: ${state.said.get(urn)}`;
  return `${state.done}/${total(state)} ${shown.join(", ")}${more}${waits}`.trim();
}

/** As many as a line of a terminal has room for. */
const shownSteps = 3;

/** How much of the update is done, 0 to 1; undefined while it is previewed. */
export function progressShare(state: EngineState): number | undefined {
  const all = total(state);
  return state.phase === "preview" || all === 0 ? undefined : state.done / all;
}

const total = ({ planned, done, active }: EngineState) => Math.max(planned, done + active.size);

/** What the update changed, e.g. `23 created, 1 deleted` or `no changes`. */
export function describeChanges(changes: Record<string, number> = {}): string {
  const words: Record<string, string> = { create: "created", update: "updated", delete: "deleted" };
  const parts = Object.entries(changes)
    .filter(([op, count]) => count > 0 && !["same", "read", "refresh"].includes(op))
    .map(([op, count]) => `${count} ${words[op] ?? op}`);
  return parts.length > 0 ? parts.join(", ") : "no changes";
}

/** Empty for components and the stack: they last as long as what they hold, which is named. */
function describeStep({ op, urn }: StepMetadata): string {
  const { name, types } = splitUrn(urn);
  if (/^(homelab:components|pulumi:pulumi):/.test(types.at(-1) ?? "")) return "";
  const role = types.map((type) => awsRoles[type]).find((found) => found !== undefined);
  return `${verbs[op]} ${name}${role ? ` (${role})` : ""}`;
}

/** `urn:pulumi:<stack>::<project>::<type$type>::<name>`; the types are those of the parents, then its own. */
function splitUrn(urn: string): { name: string; types: string[] } {
  const [, , types = "", ...name] = urn.split("::");
  return { name: name.join("::"), types: types.split("$") };
}

/** How the engine begins what a provider's check refused; what follows names its own subject. */
const checkFailure = /^\S+ resource '[^']*' has a problem: /;

function failureOf(urn: string | undefined, message: string): Failure {
  const text = plain(message);
  if (checkFailure.test(text)) return { text: text.replace(checkFailure, "") };
  return { subject: urn ? splitUrn(urn).name : undefined, text };
}

/** Messages carry colours as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}
