import { ancestors, type Inputs, type Step } from "./steps";

/** The kinds of parts that a stack is made of. */
export type PartKind = "balancer" | "app" | "database" | "network" | "other";

const KINDS: Record<string, PartKind> = {
  "homelab:components:LoadBalancer": "balancer",
  "homelab:components:AppNode": "app",
  "homelab:components:Database": "database",
  "homelab:components:Network": "network",
};

/** A component of the program with all that belongs to it. */
export interface Part {
  kind: PartKind;
  /** `app1`, `db`, …; what belongs to no component is `the stack`. */
  name: string;
  steps: Step[];
}

export const CT = /^proxmoxve:.*:Container(Legacy)?$/;

const ORDER: readonly PartKind[] = ["other", "network", "database", "balancer", "app"];

/** The parts, the network first and the app nodes last; events come in whatever order work is done. */
export function partsOf(steps: readonly Step[]): Part[] {
  const parts = new Map<string, Part>();
  for (const step of steps) {
    const owner = [step, ...ancestors(steps, step)].find(({ type }) => KINDS[type] !== undefined);
    const key = owner?.urn ?? "";
    const kind = owner ? KINDS[owner.type]! : "other";
    const part = parts.get(key) ?? { kind, name: owner?.name ?? "the stack", steps: [] };
    part.steps.push(step);
    parts.set(key, part);
  }
  return [...parts.values()].sort(
    (a, b) =>
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
      a.name.localeCompare(b.name, "en", { numeric: true }),
  );
}

/** The step of a part's resource with this type, of those whose name ends so. */
export function stepOf(part: Part, type: RegExp, ending = ""): Step | undefined {
  return part.steps.find((step) => type.test(step.type) && step.name.endsWith(ending));
}

/** A value deep inside of inputs: `memory.dedicated`. */
export function valueAt(inputs: Inputs | undefined, path: string): unknown {
  const keys = path.split(/[.[\]]+/).filter(Boolean);
  return keys.reduce<unknown>((value, key) => {
    return typeof value === "object" && value !== null ? (value as Inputs)[key] : undefined;
  }, inputs);
}
