import { parseSetWeights, weightText } from "../../observer/anomalies";
import { clock } from "../../observer/live/words";
import { SHOW_ANOMALIES } from "../../lib/haproxy/anomalyScript";
import { ADMIN_SOCKET } from "../../lib/haproxy/installHaproxy";
import { parseServersState } from "../../observer/serversState";
import { BACKEND } from "../../lib/haproxy/backends";
import { formatFault } from "../faults/faultSpec";
import { elapsed } from "../../system/progress";
import { followUp } from "../stack/followUp";
import { table } from "../core/table";
import { injectedFaults } from "../faults/faults";
import type { StackOutputs } from "../stack/outputs";
import { askHaproxy } from "../lab/adminSocket";
import type { NodeAccess } from "../lab/ssh";

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

/** Its `undo` is a command of ./lab, or says that it ends by itself. */
type Found = RunTimeState & { byItself?: true };

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
  const all: Found[] = [...faults, ...states];
  return all.map(({ byItself, ...state }) => ({
    ...state,
    undo: byItself ? state.undo : followUp(stack, state.undo),
  }));
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

async function targetStates(ssh: NodeAccess, outputs: StackOutputs): Promise<Found[]> {
  const question = `show servers state ${BACKEND}; ${SHOW_ANOMALIES}`;
  return setInHaproxy(await askHaproxy(ssh, outputs.loadBalancer.vmid, question));
}

/** What was set in HAProxy, from its answers to `show servers state` and `show anomalies`. */
export function setInHaproxy(answer: string): Found[] {
  const owner = "run time (./lab drain or HAProxy's socket), until HAProxy is restarted";
  const told = parseSetWeights(answer);
  const states = parseServersState(answer).flatMap(
    ({ target, admin, weight, configuredWeight }): Found[] => [
      ...(admin === undefined ? [] : [{ target, what: admin, owner, undo: `undrain ${target}` }]),
      ...(told !== undefined || weight === configuredWeight
        ? []
        : [
            {
              ...{ target, what: `weight ${weight} of ${configuredWeight}`, owner },
              undo: fullWeight(BACKEND, target),
            },
          ]),
    ],
  );
  const weights = (told ?? []).map((one): Found => {
    const { group, target } = one;
    const name = group === BACKEND ? target : `${target} in ${group}`;
    const what = weightText(one, clock);
    if (one.owner === "operator") {
      return { target: name, what, owner, undo: fullWeight(group, target) };
    }
    const mitigation = "anomaly mitigation (HAProxy itself)";
    return {
      target: name,
      what,
      owner: mitigation,
      undo: "by itself, once it does well",
      byItself: true,
    };
  });
  return [...states, ...weights];
}

/** The command that gives a target the weight that it is configured with. */
const fullWeight = (group: string, target: string) =>
  `exec lb -- sh -c 'echo "set weight ${group}/${target} 100%" | socat - UNIX-CONNECT:${ADMIN_SOCKET}'`;

/** For people; nothing where nothing is set. */
export function describeRunTime(states: RunTimeState[]): string[] {
  if (states.length === 0) return [];
  const rows = states.map(({ target, what, owner, undo }) => [target, what, owner, undo]);
  return ["", table(["set at run time", "what", "owner", "undo with"], rows)];
}
