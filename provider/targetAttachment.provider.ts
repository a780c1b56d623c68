import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import {
  answersScript,
  deregisterScript,
  healthScript,
  registerScript,
} from "../lib/haproxy/targetRegistration";
import { sameEndpoint, type SshEndpoint } from "../lib/ssh/sshOptions";
import { mustRun, runScript } from "./ssh";
import { type CtsToRun, waitUntil } from "./waitUntil";

/** Resolved inputs; see TargetAttachmentArgs for what they mean. */
export interface TargetAttachmentInputs {
  target: string;
  loadBalancer: SshEndpoint;
  cts: CtsToRun;
  deadlineSeconds: number;
  deregistrationDelaySeconds: number;
  triggers: unknown[];
}

export interface TargetAttachmentState extends TargetAttachmentInputs {
  stateVersion: 1;
}

const CALL_SECONDS = 20;

/** One question to the target itself: undefined when it is healthy, else what it said. */
async function ask({ loadBalancer, target }: TargetAttachmentInputs): Promise<string | undefined> {
  const { code, stderr } = await runScript(loadBalancer, answersScript(target), CALL_SECONDS);
  return code === 0 ? undefined : stderr.trim().slice(0, 200) || `exit status ${code}`;
}

/** One look: undefined when the load balancer finds the target healthy, else what it saw. */
async function look({ loadBalancer, target }: TargetAttachmentInputs): Promise<string | undefined> {
  const { code, stdout, stderr } = await runScript(
    loadBalancer,
    healthScript(target),
    CALL_SECONDS,
  );
  if (code !== 0) return `exit status ${code}: ${stderr.trim().slice(0, 200)}`;
  const [status = "", check = "", seen = ""] = stdout.trim().split("\t");
  if (status === "") return "not in the load balancer's configuration";
  // HAProxy counts a target as up before its first check; "* " says that one is under way.
  if (status.startsWith("UP") && /^(\* )?L7OK$/.test(check)) return undefined;
  return [status, check, seen].filter((word) => word !== "").join(" ");
}

async function register(inputs: TargetAttachmentInputs): Promise<void> {
  const { loadBalancer, target, cts, deadlineSeconds } = inputs;
  const wait = { subject: `target ${target}`, wanted: "healthy", cts, deadlineSeconds };
  await waitUntil({ ...wait, everyMs: 500, look: () => ask(inputs) });
  const said = await mustRun(
    loadBalancer,
    `register target ${target}`,
    registerScript(target),
    CALL_SECONDS,
  );
  if (said.trim() !== "") throw new Error(`unable to register target ${target}: ${said.trim()}`);
  await waitUntil({ ...wait, everyMs: 500, look: () => look(inputs) });
}

export const targetAttachmentProvider: pulumi.dynamic.ResourceProvider<
  TargetAttachmentInputs,
  TargetAttachmentState
> = {
  async create(inputs) {
    await register(inputs);
    return { id: `target-${inputs.target}`, outs: { ...inputs, stateVersion: 1 } };
  },
  async diff(_id, olds, news) {
    const replaces = [
      ...(olds.target === news.target ? [] : ["target"]),
      ...(isDeepStrictEqual(olds.triggers, news.triggers) ? [] : ["triggers"]),
    ];
    const changes =
      replaces.length > 0 ||
      !sameEndpoint(olds.loadBalancer, news.loadBalancer) ||
      !sameEndpoint(olds.cts.node, news.cts.node) ||
      !isDeepStrictEqual(olds.cts.vmids, news.cts.vmids) ||
      olds.deregistrationDelaySeconds !== news.deregistrationDelaySeconds;
    return Promise.resolve({ changes, replaces, deleteBeforeReplace: true });
  },
  async update(_id, _olds, news) {
    await register(news);
    return { outs: { ...news, stateVersion: 1 } };
  },
  async delete(_id, { loadBalancer, target, deregistrationDelaySeconds: seconds }) {
    // A load balancer that does not answer sends the target nothing: it need not be drained.
    await runScript(loadBalancer, deregisterScript(target, seconds), seconds + CALL_SECONDS);
  },
};
