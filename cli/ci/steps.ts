import { nameOfUrn } from "../stack/urn";
import type { EngineEvent } from "../stack/engineEvents";

/** What a preview would do, read from Pulumi's engine events (one JSON document a line of `--event-log`). */

/** What becomes of one resource. */
export type Change = "created" | "updated" | "replaced" | "deleted" | "unchanged";

/** Inputs of a resource as the engine tells them. */
export type Inputs = Record<string, unknown>;

/** One resource of the stack, before and after. */
export interface Step {
  urn: string;
  /** Its own type, without its parents'. */
  type: string;
  name: string;
  parent?: string;
  change: Change;
  /** Paths of the properties that differ, such as `memory.dedicated`; empty where none is told. */
  causes: string[];
  old?: Inputs;
  new?: Inputs;
}

/** One violation as the pack words it, remedy included. */
export interface Violation {
  policy: string;
  mandatory: boolean;
  message: string;
  /** Name of the resource; absent for what is said of the whole stack. */
  resource?: string;
}

/** A whole preview. */
export interface PreviewEvents {
  steps: Step[];
  violations: Violation[];
  /** What kept the program or the engine from going on. */
  errors: string[];
  /** Outputs of the stack before and after, as far as they are known. */
  oldOutputs: Inputs;
  newOutputs: Inputs;
}

interface ResourceState {
  type: string;
  urn: string;
  parent?: string;
  inputs?: Inputs | null;
  outputs?: Inputs | null;
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
  old?: ResourceState | null;
  new?: ResourceState | null;
  keys?: string[] | null;
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
}

interface Event extends Pick<EngineEvent, "diagnosticEvent" | "policyEvent" | "errorEvent"> {
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
}

const STACK = "pulumi:pulumi:Stack";

/** What an operation does to a resource; those that are not named do nothing to it. */
const CHANGES: Record<string, Change> = {
  create: "created",
  import: "created",
  update: "updated",
  replace: "replaced",
  "create-replacement": "replaced",
  "delete-replaced": "replaced",
  delete: "deleted",
};

/**
 * Reads the events of one preview.
 *
 * @throws SyntaxError for a line that is no JSON
 */
export function readEvents(text: string): PreviewEvents {
  const steps = new Map<string, Step>();
  const read: PreviewEvents = {
    steps: [],
    violations: [],
    errors: [],
    oldOutputs: {},
    newOutputs: {},
  };
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const event = JSON.parse(line) as Event;
    if (event.resourcePreEvent) addStep(steps, event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) addOutputs(read, event.resOutputsEvent.metadata);
    addMessages(read, event);
  }
  read.steps = [...steps.values()];
  return read;
}

/** A replaced resource is told three times; all of it is one step. */
function addStep(steps: Map<string, Step>, metadata: Metadata): void {
  const { urn, op } = metadata;
  const type = metadata.type.split("$").at(-1)!;
  const known = steps.get(urn);
  const causes = Object.keys(metadata.detailedDiff ?? {});
  const told = causes.length > 0 ? causes : (metadata.keys ?? metadata.diffs ?? []);
  const change = CHANGES[op] ?? "unchanged";
  steps.set(urn, {
    urn,
    type,
    name: nameOfUrn(urn),
    parent: metadata.new?.parent ?? metadata.old?.parent ?? known?.parent,
    change: change === "unchanged" ? (known?.change ?? change) : change,
    causes: [...new Set([...(known?.causes ?? []), ...told])].sort(),
    old: metadata.old?.inputs ?? known?.old,
    new: metadata.new?.inputs ?? known?.new,
  });
}

function addOutputs(read: PreviewEvents, { type, old, new: now }: Metadata): void {
  if (type !== STACK) return;
  read.oldOutputs = old?.outputs ?? {};
  read.newOutputs = now?.outputs ?? {};
}

function addMessages(read: PreviewEvents, event: Event): void {
  const { diagnosticEvent: said, policyEvent: policy, errorEvent: error } = event;
  if (said?.severity === "error" && !said.ephemeral) read.errors.push(plain(said.message));
  if (error) read.errors.push(plain(error.error));
  if (policy && policy.enforcementLevel !== "disabled") {
    const violation = {
      policy: policy.policyName,
      mandatory: policy.enforcementLevel === "mandatory",
      message: withoutHead(plain(policy.message)),
      ...(policy.resourceUrn && { resource: nameOfUrn(policy.resourceUrn) }),
    };
    read.violations.push(...besides(read.violations, [violation]));
  }
}

/** The violations of a second list that the first does not have. */
export function besides(first: readonly Violation[], second: readonly Violation[]): Violation[] {
  const textOf = ({ policy, mandatory, message, resource }: Violation) =>
    JSON.stringify([policy, mandatory, message, resource]);
  const known = new Set(first.map(textOf));
  return second.filter((one) => !known.has(textOf(one)));
}

/** The engine repeats a policy's description before what the policy says. */
function withoutHead(message: string): string {
  const [head = "", ...rest] = message.split("\n");
  return rest.length > 0 && !head.includes("got ") ? rest.join("\n").trim() : message;
}

/** Messages carry colours as `<{%reset%}>`. */
const plain = (text: string) => text.replace(/<\{%[^%]*%\}>/g, "").trim();

/** The components that a resource is inside, the innermost first. */
export function ancestors(steps: readonly Step[], step: Step): Step[] {
  const byUrn = new Map(steps.map((one) => [one.urn, one]));
  const found: Step[] = [];
  for (let urn = step.parent; urn !== undefined && found.length < 100;) {
    const parent = byUrn.get(urn);
    if (!parent) break;
    found.push(parent);
    urn = parent.parent;
  }
  return found;
}
