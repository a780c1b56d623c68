import { setTimeout as sleep } from "node:timers/promises";
import { BARE_PORT, inNetwork, memoryScript, startBare, stopBare } from "../../lib/bench/bare";
import {
  type Load,
  LOAD_SCRIPT,
  loadArguments,
  type LoadResult,
  median,
} from "../../lib/bench/load";
import { LISTENER_PORT } from "../../lib/config/settings";
import { HEALTH_PATH } from "../../lib/haproxy/profiles";
import type { Bar } from "../../observer/benchmark";
import { nodeAccess, requireOutputs } from "../access/session";
import { type NodeAccess, onNode } from "../access/ssh";
import { withLabLock } from "../core/lock";
import type { Note } from "../core/progress";
import type { StackOutputs } from "../stack/outputs";
import type { Benchmark, Measured } from "./benchmark";

const RUNS = 5;
const RATE = 500;
const LATENCY_SECONDS = 8;
const THROUGHPUT_SECONDS = 4;
const CONNECTIONS = 32;
const GENERATORS = 4;
const HELD = 2000;

/** The load balancer's cost. */
export const lb: Benchmark = {
  measures: "the load balancer's latency, throughput and memory",
  how:
    "medians of five runs in turn (of what is added: of the five differences), made in the load balancer's\n" +
    "own network; direct: the targets themselves in turn; bare: its HAProxy outside the CT's limits.",
  run: (context, signal, note) =>
    withLabLock(context.paths, "bench", async () => {
      const outputs = await requireOutputs(context);
      const ssh = await nodeAccess(context);
      return measure({ ssh, outputs, signal }, note);
    }),
};

async function measure(
  from: { ssh: NodeAccess; outputs: StackOutputs; signal: AbortSignal },
  note: Note,
): Promise<Measured> {
  const { ssh, outputs, signal } = from;
  const { vmid, privateAddress } = outputs.loadBalancer;
  const load = (changes: Partial<Load>): Promise<LoadResult> => {
    signal.throwIfAborted();
    const base = { targets: [`${privateAddress}:${LISTENER_PORT}`], path: HEALTH_PATH };
    const rated = { connections: 50, rate: RATE, seconds: LATENCY_SECONDS };
    return generate(ssh, vmid, { ...base, ...rated, ...changes });
  };
  const full = { connections: CONNECTIONS, rate: 0, seconds: THROUGHPUT_SECONDS };
  // As the load balancer does, the generator asks them in turn.
  const direct = outputs.targets.map(({ address, port }) => `${address}:${port}`);
  const runs: Record<string, LoadResult[]> = { direct: [], through: [], inCt: [], bare: [] };
  note("warm-up");
  await load({ targets: direct });
  await load({});
  for (let run = 0; run < RUNS; run++) {
    note(`latency, run ${run + 1} of ${RUNS}`);
    runs.direct!.push(await load({ targets: direct }));
    runs.through!.push(await load({}));
  }
  const bare = await startBareHaproxy(ssh, vmid);
  try {
    for (let run = 0; run < RUNS; run++) {
      note(`throughput, run ${run + 1} of ${RUNS}`);
      runs.inCt!.push(await load(full));
      runs.bare!.push(await load({ ...full, targets: [`${privateAddress}:${BARE_PORT}`] }));
    }
  } finally {
    await bash(ssh, stopBare(vmid, bare), "end of the bare HAProxy");
  }
  note(`memory at ${HELD} connections`);
  signal.throwIfAborted();
  const memory = await memoryUnder(ssh, vmid, privateAddress);
  return { bars: [...latencyBars(runs), ...throughputBars(runs), ...memory], runs };
}

const middle = (runs: LoadResult[] | undefined, key: keyof LoadResult) =>
  median((runs ?? []).map((run) => run[key]));

function latencyBars({ direct, through }: Record<string, LoadResult[]>): Bar[] {
  // Of neighbours in time: what else the machine does changes both.
  const added = (key: "p50" | "p99") =>
    median((through ?? []).map((run, i) => run[key] - (direct?.[i]?.[key] ?? NaN)));
  return [
    { what: "p50 direct", measured: middle(direct, "p50"), unit: "ms" },
    { what: "p50 added", measured: added("p50"), unit: "ms", atMost: 0.2 },
    { what: "p99 direct", measured: middle(direct, "p99"), unit: "ms" },
    { what: "p99 added", measured: added("p99"), unit: "ms", atMost: 1 },
    {
      what: "failed in all runs",
      measured: failed([direct, through]),
      unit: "requests",
      atMost: 0,
    },
  ];
}

function throughputBars({ inCt, bare }: Record<string, LoadResult[]>): Bar[] {
  const [own, other] = [middle(inCt, "perSecond"), middle(bare, "perSecond")];
  return [
    { what: "throughput in the CT", measured: own, unit: "requests/s" },
    { what: "throughput bare", measured: other, unit: "requests/s" },
    { what: "in the CT of bare", measured: (100 * own) / other, unit: "%", atLeast: 90 },
    { what: "failed in all runs", measured: failed([inCt, bare]), unit: "requests", atMost: 0 },
  ];
}

const failed = (runs: (LoadResult[] | undefined)[]) =>
  runs.flatMap((some) => some ?? []).reduce((sum, run) => sum + run.failed, 0);

async function memoryUnder(ssh: NodeAccess, vmid: number, address: string): Promise<Bar[]> {
  const connections = HELD / GENERATORS;
  const targets = [`${address}:${LISTENER_PORT}`];
  const load = { targets, path: HEALTH_PATH, connections, rate: 0, seconds: 45 };
  const script = memoryScript(vmid, loadArguments(load), {
    generators: GENERATORS,
    connections: HELD,
  });
  const said = await bash(ssh, script, "memory", LOAD_SCRIPT);
  const [held, kib] = said.trim().split("\n").map(Number);
  return [
    { what: "connections held", measured: held ?? NaN, unit: "", atLeast: HELD },
    { what: "resident memory", measured: (kib ?? NaN) / 1024, unit: "MiB", atMost: 64 },
  ];
}

async function startBareHaproxy(ssh: NodeAccess, vmid: number): Promise<number> {
  const pid = Number((await bash(ssh, startBare(vmid), "start of the bare HAProxy")).trim());
  await sleep(1000); // its first checks, as the other one has had them
  return pid;
}

async function generate(ssh: NodeAccess, vmid: number, load: Load): Promise<LoadResult> {
  const script = `exec ${inNetwork(vmid)} perl - ${loadArguments(load).join(" ")}`;
  return JSON.parse(await bash(ssh, script, "load generator", LOAD_SCRIPT)) as LoadResult;
}

async function bash(ssh: NodeAccess, script: string, what: string, stdin = ""): Promise<string> {
  const options = { stdin, timeoutMs: 60_000 };
  const { code, stdout, stderr } = await onNode(ssh, ["bash", "-c", script], options);
  if (code !== 0) throw new Error(`${what}: exit status ${code}: ${stderr.trim()}`);
  return stdout;
}
