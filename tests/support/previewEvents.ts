import type { Inputs } from "../../cli/ci/steps";

const PROJECT = "urn:pulumi:dev::homelab::";

/** One resource as the engine tells it, with less to write. */
export interface ToldStep {
  op: string;
  type: string;
  name: string;
  /** Type and name of the component that it is in. */
  inside?: [type: string, name: string];
  old?: Inputs;
  new?: Inputs;
  /** Paths that differ. */
  diff?: string[];
}

export const COMPONENTS = {
  balancer: "homelab:components:LoadBalancer",
  app: "homelab:components:AppNode",
  database: "homelab:components:Database",
  network: "homelab:components:Network",
} as const;

export const TYPES = {
  ct: "proxmoxve:index/containerLegacy:ContainerLegacy",
  host: "pulumi-nodejs:dynamic/homelab:ContainerHostConfig",
  drain: "pulumi-nodejs:dynamic/homelab:TargetDrain",
  attachment: "pulumi-nodejs:dynamic/homelab:TargetAttachment",
  firewall: "pulumi-nodejs:dynamic/homelab:CtFirewallState",
  command: "command:remote:Command",
  copy: "command:remote:CopyToRemote",
  container: "docker:index/container:Container",
} as const;

const urnOf = (type: string, name: string, parents = "pulumi:pulumi:Stack") =>
  `${PROJECT}${parents}$${type}::${name}`;

/** An event log of these steps, components of their own included. */
export function eventLog(steps: readonly ToldStep[], more: readonly object[] = []): string {
  const stack = `${PROJECT}pulumi:pulumi:Stack::homelab-dev`;
  const components = new Map<string, object>();
  const events = steps.map(({ op, type, name, inside, old, new: now, diff }) => {
    const parent = inside ? urnOf(...inside) : stack;
    if (inside) components.set(parent, pre("same", inside[0], parent, stack, {}, {}));
    const urn = urnOf(type, name, inside ? `pulumi:pulumi:Stack$${inside[0]}` : undefined);
    const detailedDiff = Object.fromEntries((diff ?? []).map((path) => [path, {}]));
    return pre(op, type, urn, parent, old, now, detailedDiff);
  });
  return [...components.values(), ...events, ...more]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
}

function pre(
  op: string,
  type: string,
  urn: string,
  parent: string,
  old?: Inputs,
  now?: Inputs,
  detailedDiff: object = {},
): object {
  const state = (inputs: Inputs | undefined) => inputs && { type, urn, parent, inputs };
  const metadata = { op, urn, type, old: state(old), new: state(now), detailedDiff };
  return { resourcePreEvent: { metadata } };
}
