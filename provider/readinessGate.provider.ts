import type * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/options";
import { runScript } from "./ssh";

/** Resolved inputs; see ReadinessGateArgs for what they mean. */
export interface ReadinessGateInputs {
  subject: string;
  from: SshEndpoint;
  url: string;
  deadlineSeconds: number;
  triggers: unknown[];
}

export interface ReadinessGateState extends ReadinessGateInputs {
  stateVersion: 1;
}

const PROBE_SECONDS = 5;

/** One probe: undefined when it passed, else what was observed. */
async function probe(inputs: ReadinessGateInputs): Promise<string | undefined> {
  // An empty URL asks for no more than a login that ends well.
  const script = inputs.url
    ? `curl -sS -m ${PROBE_SECONDS} -w '\\n%{http_code}' '${inputs.url}' 2>&1`
    : "true";
  const result = await runScript(inputs.from, script, PROBE_SECONDS + 15);
  if (!inputs.url) return result.code === 0 ? undefined : result.stderr.trim();
  const lines = result.stdout.trim().split("\n");
  const status = lines[lines.length - 1];
  if (result.code === 0 && status === "200") return undefined;
  const said = (result.stderr.trim() || lines.slice(0, -1).join(" ")).slice(0, 200);
  return result.code === 0 ? `${status} "${said}"` : `exit status ${result.code}: ${said}`;
}

async function waitUntilReady(inputs: ReadinessGateInputs): Promise<void> {
  const end = Date.now() + inputs.deadlineSeconds * 1000;
  let probes = 0;
  for (;;) {
    probes += 1;
    const last = await probe(inputs);
    if (last === undefined) return;
    if (Date.now() >= end) {
      throw new Error(
        `${inputs.subject}: not ready after ${inputs.deadlineSeconds} s (${probes} probes, last: ${last})`,
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
      olds.url !== news.url ||
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
