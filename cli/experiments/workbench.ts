import { setTimeout as sleep } from "node:timers/promises";
import type { BalancerEvent } from "../../observer/balancerLog";
import { now, type Prober, type ProbeRecord, startProber } from "../../observer/prober";
import { firstReachable } from "../../observer/probe";
import { targetHealth, targetRows } from "../../observer/targetHealth";
import { nodeAccess, requireNode, requireOutputs } from "../lab/session";
import type { NodeAccess } from "../lab/ssh";
import { loadBalancerStats } from "../status/labStatus";
import type { CommandContext } from "../core/command";
import { waitFor } from "../../system/waitFor";
import type { StackOutputs, TargetOutput } from "../stack/outputs";
import { devStack } from "../stack/workingCopy";
import { balancerEvents, nodeClock, type NodeClock } from "./balancerLog";
import { type ExperimentRecording, recordExperiment } from "./recording";

/** What every experiment works with. */
export interface Bench {
  outputs: StackOutputs;
  ssh: NodeAccess;
  /** The load balancer, as it is reached from here. */
  url: string;
  /** The one that is broken. */
  target: TargetOutput;
  rate: number;
  /** Ends when the user interrupts. */
  signal: AbortSignal;
  note(text: string): void;
  /** Takes what is seen, for the replay. */
  recording: ExperimentRecording;
}

/** Answers without the database, so that what is measured is the load balancer's doing. */
const probedPath = "/whoami";
const postEvery = 10;
const headEvery = 10;
const freshEvery = 7;

/** Gets everything ready; whoever has the bench ends its recording. */
export async function openBench(
  context: CommandContext,
  from: { rate: number; signal: AbortSignal; note: (text: string) => void },
): Promise<Bench> {
  const outputs = await requireOutputs(context);
  const localUrl = context.stack === devStack ? (await requireNode(context)).localUrl : undefined;
  const target = outputs.targets[1] ?? outputs.targets[0]!;
  const ready = {
    ...from,
    outputs,
    ssh: await nodeAccess(context),
    url: await firstReachable([outputs.url, ...(localUrl ? [localUrl] : [])]),
    target,
  };
  await allHealthy(ready, 30);
  return { ...ready, recording: recordExperiment(ready) };
}

/** Waits until every target is healthy. @throws when one is not. */
export async function allHealthy(
  bench: Pick<Bench, "outputs" | "ssh">,
  seconds: number,
): Promise<void> {
  const names = bench.outputs.targets.map(({ name }) => name);
  await waitFor<true>({
    what: "every target healthy (./lab status, ./lab heal --all)",
    seconds,
    // Each look is a process on the node; times are taken from the load balancer's log.
    everyMs: 1000,
    look: async () => {
      const stats = await loadBalancerStats(bench.ssh, bench.outputs.loadBalancer.vmid);
      const rows = targetRows(stats, names);
      const ill = names.filter((name) => targetHealth(rows.get(name)).state !== "healthy");
      return ill.length === 0 ? { value: true } : { seen: `${ill.join(", ")} not healthy` };
    },
  });
}

/** What is asked for, and how often; the bench's rate and a page without database by default. */
export interface Load {
  path?: string;
  rate?: number;
}

/** Starts to send requests, of all methods and on kept and fresh connections. */
export function probing(bench: Bench, { path = probedPath, rate = bench.rate }: Load): Prober {
  const url = new URL(path, bench.url).href;
  return startProber({ url, rate, postEvery, headEvery, freshEvery });
}

/** Probes while `work` goes on; afterwards the load balancer's log is read. */
export async function underLoad(
  bench: Bench,
  load: Load,
  work: (clock: NodeClock) => Promise<void>,
): Promise<{ records: readonly ProbeRecord[]; events: BalancerEvent[]; due: number }> {
  const clock = await nodeClock(bench.ssh);
  const from = now();
  const prober = probing(bench, load);
  let records: readonly ProbeRecord[];
  try {
    await work(clock);
  } finally {
    records = await prober.stop();
    bench.recording.requests(records);
  }
  const { vmid } = bench.outputs.loadBalancer;
  return { records, due: prober.due(), events: await balancerEvents(bench.ssh, vmid, clock, from) };
}

/** Sleeps unless the user interrupts. */
export const pause = (bench: Bench, ms: number) => sleep(ms, undefined, { signal: bench.signal });
