import { CT, partsOf, valueAt } from "./parts";
import type { Change, PreviewEvents, Step } from "./steps";

/** A resource that changes, in words. */
export interface ResourceChange {
  change: Exclude<Change, "unchanged"> | "restarted" | "run again";
  part: string;
  name: string;
  type: string;
  /** Properties with their values where those are known to be no secret: `memory.dedicated: 512 → 768`. */
  causes: string[];
}

/** Of these resources values may be shown: none of their properties is a secret, or these are not. */
const SHOWN: { type: RegExp; property: RegExp }[] = [
  { type: CT, property: /^(?!initialization\.userAccount)/ },
  { type: /:ContainerHostConfig$/, property: /^(features|rawLines)/ },
  { type: /^docker:index\/container:Container$/, property: /^(?!envs|labels)/ },
  { type: /^docker:index\/remoteImage:RemoteImage$/, property: /^(name|triggers)/ },
  { type: /Bridge/, property: /^/ },
];

const RESTARTS = /:ContainerHostConfig$/;
const RUNS = /^command:(remote|local):Command$/;
/** Said by the engine of providers, and by bridges of their own bookkeeping. */
const BOOKKEEPING = /^__/;
/** What the engine writes for a value that is known only after the update. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const HIDDEN = /^pulumi:(pulumi|providers):|^homelab:components:/;
const MOST_CAUSES = 6;

/** Every resource that changes, without components and providers, which change with what they hold. */
export function resourceChanges({ steps }: PreviewEvents): ResourceChange[] {
  return partsOf(steps).flatMap((part) =>
    part.steps.flatMap((step): ResourceChange[] => {
      if (step.change === "unchanged" || HIDDEN.test(step.type)) return [];
      return [
        {
          change: wordOf(step, step.change),
          part: part.name,
          name: step.name,
          type: step.type,
          causes: causesOf(step),
        },
      ];
    }),
  );
}

/** A script is not replaced, it is run again; and a CT whose features change is restarted. */
function wordOf({ type }: Step, change: Exclude<Change, "unchanged">): ResourceChange["change"] {
  if (change === "updated" && RESTARTS.test(type)) return "restarted";
  if ((change === "updated" || change === "replaced") && RUNS.test(type)) return "run again";
  return change;
}

function causesOf(step: Step): string[] {
  if (step.change === "created" || step.change === "deleted") return [];
  const shown = step.causes.filter((path) => !BOOKKEEPING.test(path) && !isDefault(step, path));
  const told = shown.slice(0, MOST_CAUSES).map((path) => withValues(step, path));
  return shown.length > MOST_CAUSES ? [...told, `${shown.length - MOST_CAUSES} more`] : told;
}

function withValues(step: Step, path: string): string {
  const rule = SHOWN.find(({ type }) => type.test(step.type));
  if (!rule?.property.test(path)) return path;
  const [before, after] = [valueText(step.old, path), valueText(step.new, path)];
  return before === undefined || after === undefined || before === after
    ? path
    : `${path}: ${before} → ${after}`;
}

/** Bridges also name properties that neither side has. */
const isDefault = (step: Step, path: string) =>
  valueAt(step.old, path) === undefined && valueAt(step.new, path) === undefined;

/** Undefined for what is no plain value, or too long to be read. */
function valueText(inputs: Step["old"], path: string): string | undefined {
  const value = valueAt(inputs, path);
  if (value === undefined) return "none";
  if (value === UNKNOWN) return "known after the update";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= 120 ? text : undefined;
}
