import { parseServersState } from "../../observer/serversState";
import { BACKEND } from "../../lib/haproxy/backends";
import { formatFault } from "../faults/faultSpec";
import { elapsed } from "../../system/progress";
import { followUp } from "../stack/followUp";
import { table } from "../core/table";
import { injectedFaults } from "../faults/faults";
import type { StackOutputs } from "../stack/outputs";
import { inCt, type NodeAccess, onNode } from "../lab/ssh";

/**
 * A deviation from the configuration that somebody made at run time: nobody but its owner undoes it,
 * `./lab up` neither. See docs/adr/011-faults.md.
 */
export interface RunTimeState {
  target: string;
  /** What it is, e.g. `fault error=50%`, `draining` or `weight 50 of 100`. */
  what: string;
  /** Who set it, and when it ends by itself. */
  owner: string;
  /** The command that undoes it. */
  undo: string;
}

/** Faults in force, drains and weights; a part that does not answer has nothing to say. */
export async function readRunTime(
  ssh: NodeAccess,
  outputs: StackOutputs,
  stack: string,
): Promise<RunTimeState[]> {
  const [faults, states] = await Promise.all([
    faultsInForce(ssh, outputs).catch(() => []),
    targetStates(ssh, outputs).catch(() => []),
  ]);
  return [...faults, ...states].map((state) => ({ ...state, undo: followUp(stack, state.undo) }));
}

async function faultsInForce(ssh: NodeAccess, outputs: StackOutputs): Promise<RunTimeState[]> {
  const names = new Map(outputs.targets.map(({ vmid, name }) => [vmid, name]));
  const found = (await injectedFaults(ssh)).filter(({ vmid, over }) => !over && names.has(vmid));
  const now = Date.now() / 1000;
  return found.map(({ vmid, spec, since, until }) => {
    const target = names.get(vmid)!;
    const age = `for ${elapsed(Math.max(0, now - since) * 1000)}`;
    const end = until === undefined ? "" : `, undone by the node in ${seconds(until - now)}`;
    return {
      target,
      what: `fault ${formatFault(spec)} ${age}`,
      owner: `./lab fault${end}`,
      undo: `heal ${target}`,
    };
  });
}

const seconds = (value: number) => `${Math.max(0, Math.round(value))} s`;

async function targetStates(ssh: NodeAccess, outputs: StackOutputs): Promise<RunTimeState[]> {
  const words = inCt(outputs.loadBalancer.vmid, [
    ...["socat", "-t2", "-", "UNIX-CONNECT:/run/haproxy/admin.sock"],
  ]);
  const asked = { stdin: `show servers state ${BACKEND}\n`, timeoutMs: 15_000 };
  const { stdout } = await onNode(ssh, words, asked);
  const owner = "run time (./lab drain or HAProxy's socket), until HAProxy is restarted";
  return parseServersState(stdout).flatMap(({ target, admin, weight, configuredWeight }) => {
    const what = [
      ...(admin === undefined ? [] : [admin]),
      ...(weight === configuredWeight ? [] : [`weight ${weight} of ${configuredWeight}`]),
    ].join(", ");
    return what === "" ? [] : [{ target, what, owner, undo: `undrain ${target}` }];
  });
}

/** For people; nothing where nothing is set. */
export function describeRunTime(states: RunTimeState[]): string[] {
  if (states.length === 0) return [];
  const rows = states.map(({ target, what, owner, undo }) => [target, what, owner, undo]);
  return ["", table(["set at run time", "what", "owner", "undo with"], rows)];
}
