import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import { sameEndpoint, type SshEndpoint } from "../lib/ssh/sshOptions";
import { runScript } from "./ssh";
import { type CtsToRun, waitUntil } from "./waitUntil";

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

const waitUntilReady = ({ subject, cts, deadlineSeconds, from }: ReadinessGateInputs) =>
  waitUntil({
    ...{ subject, wanted: "ready", cts, deadlineSeconds, everyMs: 1000 },
    look: async () => {
      const { code, stderr } = await runScript(from, "true", PROBE_SECONDS);
      return code === 0 ? undefined : stderr.trim() || `exit status ${code}`;
    },
  });

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
      !isDeepStrictEqual(olds.triggers, news.triggers) ||
      !sameEndpoint(olds.from, news.from);
    return Promise.resolve({ changes });
  },
  async update(_id, _olds, news) {
    await waitUntilReady(news);
    return { outs: { ...news, stateVersion: 1 } };
  },
};
