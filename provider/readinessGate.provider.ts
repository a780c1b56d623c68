import type * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/options";
import { runScript } from "./ssh";

/** CTs without which the probe cannot pass, and the Proxmox node that knows how they are. */
export interface CtsToRun {
  node: SshEndpoint;
  vmids: number[];
}

/** Resolved inputs; see ReadinessGateArgs for what they mean. */
export interface ReadinessGateInputs {
  subject: string;
  from: SshEndpoint;
  url: string;
  deadlineSeconds: number;
  triggers: unknown[];
  /** Undefined in states of an earlier version. */
  cts?: CtsToRun;
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

/** CTs that are stopped; none where the node does not say. */
async function stoppedCts({ cts }: ReadinessGateInputs): Promise<string[]> {
  if (!cts) return [];
  const script = `for id in ${cts.vmids.join(" ")}; do pct status $id | sed "s/^/$id /"; done`;
  const { stdout } = await runScript(cts.node, script, 30);
  const lines = stdout.trim().split("\n");
  return lines.flatMap((line) => /^(\d+) status: stopped$/.exec(line)?.[1] ?? []);
}

/** A CT that starts needs some probes; only then is its state worth the question. */
const PATIENT_PROBES = 3;

async function waitUntilReady(inputs: ReadinessGateInputs): Promise<void> {
  const end = Date.now() + inputs.deadlineSeconds * 1000;
  let probes = 0;
  let stoppedBefore: string[] = [];
  for (;;) {
    probes += 1;
    const last = await probe(inputs);
    if (last === undefined) return;
    const stopped = probes < PATIENT_PROBES ? [] : await stoppedCts(inputs);
    // Twice: a CT that reboots is stopped for a moment.
    const dead = stopped.filter((vmid) => stoppedBefore.includes(vmid));
    if (dead.length > 0) {
      throw new Error(
        `${inputs.subject}: cannot get ready without a CT that has stopped, got ${dead.join(", ")} ` +
          `after ${probes} probes (last: ${last}); ` +
          `pct start ${dead[0]} on the Proxmox node starts it, or says why not`,
      );
    }
    stoppedBefore = stopped;
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
