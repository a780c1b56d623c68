import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import {
  drainProblem,
  isInRotation,
  othersOut,
  statsScript,
  targetStates,
} from "../lib/haproxy/targetDrain";
import { deregisterScript } from "../lib/haproxy/targetRegistration";
import { shellQuote } from "../lib/shell/quote";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { mustRun } from "./ssh";

/** Resolved inputs; see TargetDrainArgs for what they mean. */
export interface TargetDrainInputs {
  target: string;
  node: SshEndpoint;
  loadBalancer: number;
  causes: unknown[];
  deregistrationDelaySeconds: number;
  allowOutage: boolean;
  newcomers: string[];
  patienceSeconds: number;
}

export interface TargetDrainState extends TargetDrainInputs {
  drains: number;
  stateVersion: 1;
}

const CALL_SECONDS = 30;

async function look({ node, loadBalancer }: TargetDrainInputs) {
  const what = `ask the load balancer (CT ${loadBalancer}) for its targets`;
  return targetStates(await mustRun(node, what, statsScript(loadBalancer), CALL_SECONDS));
}

/**
 * Takes the target out and waits until it has answered what it was asked.
 *
 * @returns whether it was in the rotation
 * @throws when another target does not serve, with nothing touched
 */
async function drain(inputs: TargetDrainInputs): Promise<boolean> {
  const { target, node, loadBalancer, newcomers, deregistrationDelaySeconds: seconds } = inputs;
  const end = Date.now() + inputs.patienceSeconds * 1000;
  let states = await look(inputs);
  // A check that failed once, or a target that comes back just now.
  while (isInRotation(states, target) && Date.now() < end) {
    if (states === undefined || othersOut(states, target, newcomers).length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    states = await look(inputs);
  }
  if (states === undefined || !isInRotation(states, target)) return false;
  const problem = drainProblem(states, target, newcomers, inputs.allowOutage);
  if (problem) throw new Error(problem);
  const script = `pct exec ${loadBalancer} -- bash -c ${shellQuote(deregisterScript(target, seconds))}`;
  await mustRun(node, `take target ${target} out`, script, seconds + CALL_SECONDS);
  return true;
}

export const targetDrainProvider: pulumi.dynamic.ResourceProvider<
  TargetDrainInputs,
  TargetDrainState
> = {
  async create(inputs) {
    const drained = await drain(inputs);
    const outs = { ...inputs, drains: drained ? 1 : 0, stateVersion: 1 as const };
    return { id: `drain-${inputs.target}`, outs };
  },

  async diff(_id, olds, news) {
    const replaces = olds.target === news.target ? [] : ["target"];
    const changes = replaces.length > 0 || !isDeepStrictEqual(olds.causes, news.causes);
    return Promise.resolve({ changes, replaces });
  },

  async update(_id, olds, news) {
    await drain(news);
    return { outs: { ...news, drains: olds.drains + 1, stateVersion: 1 } };
  },
};
