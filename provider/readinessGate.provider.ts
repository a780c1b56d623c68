import type * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/options";
import { runScript } from "./ssh";
import { refuseStopped, type CtsToRun } from "./stoppedCts";

/** Resolved inputs; see ReadinessGateArgs for what they mean. */
export interface ReadinessGateInputs {
  subject: string;
  from: SshEndpoint;
  deadlineSeconds: number;
  triggers: unknown[];
  /** Undefined in states of an earlier version. */
  cts?: CtsToRun;
}

export interface ReadinessGateState extends ReadinessGateInputs {
  stateVersion: 1;
}

const PROBE_SECONDS = 20;

async function waitUntilReady(inputs: ReadinessGateInputs): Promise<void> {
  const { subject, deadlineSeconds } = inputs;
  const end = Date.now() + deadlineSeconds * 1000;
  let stoppedBefore: string[] = [];
  for (let probes = 1; ; probes++) {
    const { code, stderr } = await runScript(inputs.from, "true", PROBE_SECONDS);
    if (code === 0) return;
    const last = stderr.trim() || `exit status ${code}`;
    stoppedBefore = await refuseStopped(subject, inputs.cts, { probes, last, stoppedBefore });
    if (Date.now() >= end) {
      throw new Error(
        `${subject}: not ready after ${deadlineSeconds} s (${probes} probes, last: ${last})`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export const readinessGateProvider: pulumi.dynamic.ResourceProvider<
  ReadinessGateInputs,
  ReadinessGateState
> = {
  async create(inputs) {
    await waitUntilReady(inputs);
    return { id: `ready-${inputs.subject}`, outs: { ...inputs, stateVersion: 1 } };
  },
  async diff(_id, olds, news) {
    const changes =
      olds.subject !== news.subject ||
      !same(olds.triggers, news.triggers) ||
      !same(olds.from, news.from);
    return Promise.resolve({ changes });
  },
  async update(_id, _olds, news) {
    await waitUntilReady(news);
    return { outs: { ...news, stateVersion: 1 } };
  },
};
