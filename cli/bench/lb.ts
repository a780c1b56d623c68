import { setTimeout as sleep } from "node:timers/promises";
import { BARE_PORT, inNetwork, LEAST_PORT, memoryScript, startBare, stopBare } from "./bareHaproxy";
import { type Load, LOAD_SCRIPT, loadArguments, type LoadResult, median } from "./load";
import { LISTENER_PORT } from "../../lib/stack/settings";
import { HEALTH_PATH } from "../../lib/haproxy/profiles";
import { shellQuote } from "../../lib/shell/quote";
import type { Bar } from "../../observer/benchmark";
import { nodeAccess, requireOutputs } from "../lab/session";
import { type NodeAccess, onNode } from "../lab/ssh";
import { withLabLock } from "../../system/labLock";
import type { Note } from "../../system/progress";
import type { StackOutputs } from "../stack/outputs";
import type { Benchmark, Measured } from "./benchmark";

const RUNS = 5;
const RATE = 500;
const LATENCY_SECONDS = 24;
const THROUGHPUT_SECONDS = 4;
const CONNECTIONS = 32;
const GENERATORS = 4;
const HELD = 2000;

/** The load balancer's cost. */
export const lb: Benchmark = {
  measures: "the load balancer's latency, throughput and memory",
  how:
    "medians of five runs (of what is added and of the share: of the five differences and quotients), made\n" +
    "in the load balancer's own network; direct: the targets themselves, in turn; bare: its HAProxy outside\n" +
    "the CT's limits; least: the same without log, rules and headers, what this machine adds in any case.",
  run: (context, signal, note) =>
    withLabLock(context.paths, "bench", async () => {
      const outputs = await requireOutputs(context);
      const ssh = await nodeAccess(context);
      return measure({ ssh, outputs, signal }, note);
    }),
};

/** What was measured of each way, run by run. */
type Runs = Record<"direct" | "through" | "least" | "inCt" | "bare", LoadResult[]>;

async function measure(
  from: { ssh: NodeAccess; outputs: StackOutputs; signal: AbortSignal },
  note: Note,
): Promise<Measured> {
  const { ssh, outputs, signal } = from;
  const { vmid, privateAddress } = outputs.loadBalancer;
  const load = (asked: Omit<Load, "path">): Promise<LoadResult[]> => {
    signal.throwIfAborted();
    return generate(ssh, vmid, { path: HEALTH_PATH, ...asked });
  };
  const listener = (port: number) => [`${privateAddress}:${port}`];
  // As the load balancer does, the generator asks them in turn.
  const targets = outputs.targets.map(({ address, port }) => `${address}:${port}`);
  const rated = { connections: 50, rate: RATE, seconds: LATENCY_SECONDS };
  const compare = () =>
    load({ ...rated, ways: [targets, listener(LISTENER_PORT), listener(LEAST_PORT)] });
  const full = { connections: CONNECTIONS, rate: 0, seconds: THROUGHPUT_SECONDS };
  const runs: Runs = { direct: [], through: [], least: [], inCt: [], bare: [] };
  const bare = await startBareHaproxy(ssh, vmid, outputs);
  try {
    note("warm-up");
    await compare();
    for (let run = 0; run < RUNS; run++) {
      note(`latency, run ${run + 1} of ${RUNS}`);
      const [direct, through, least] = await compare();
      runs.direct.push(direct!);
      runs.through.push(through!);
      runs.least.push(least!);
    }
    for (let run = 0; run < RUNS; run++) {
      note(`throughput, run ${run + 1} of ${RUNS}`);
      runs.inCt.push(...(await load({ ...full, ways: [listener(LISTENER_PORT)] })));
      runs.bare.push(...(await load({ ...full, ways: [listener(BARE_PORT)] })));
    }
  } finally {
    await bash(ssh, stopBare(vmid, bare), "end of the bare HAProxy");
  }
  note(`memory at ${HELD} connections`);
  signal.throwIfAborted();
  const memory = await memoryUnder(ssh, vmid, privateAddress);
  return { bars: [...latencyBars(runs), ...throughputBars(runs), ...memory], runs };
}

const middle = (runs: LoadResult[], key: keyof LoadResult) => median(runs.map((run) => run[key]));

/** Neighbours in time are compared: what else the machine does changes both. */
function compared(
  { one, other }: { one: LoadResult[]; other: LoadResult[] },
  how: (one: LoadResult, other: LoadResult) => number,
): number {
  return median(one.map((run, i) => how(run, other[i]!)));
}

function latencyBars({ direct, through, least }: Runs): Bar[] {
  const added = (one: LoadResult[], key: "p50" | "p99") =>
    compared({ one, other: direct }, (a, b) => a[key] - b[key]);
  return [
    { what: "p50 direct", measured: middle(direct, "p50"), unit: "ms" },
    { what: "p50 added", measured: added(through, "p50"), unit: "ms", atMost: 0.2 },
    { what: "p50 added by the least", measured: added(least, "p50"), unit: "ms" },
    { what: "p99 direct", measured: middle(direct, "p99"), unit: "ms" },
    { what: "p99 added", measured: added(through, "p99"), unit: "ms", atMost: 1 },
    { what: "p99 added by the least", measured: added(least, "p99"), unit: "ms" },
    {
      what: "failed in all runs",
      measured: failed([direct, through, least]),
      unit: "requests",
      atMost: 0,
    },
  ];
}

function throughputBars({ inCt, bare }: Runs): Bar[] {
  const share = compared({ one: inCt, other: bare }, (a, b) => (100 * a.perSecond) / b.perSecond);
  return [
    { what: "throughput in the CT", measured: middle(inCt, "perSecond"), unit: "requests/s" },
    { what: "throughput bare", measured: middle(bare, "perSecond"), unit: "requests/s" },
    { what: "in the CT of bare", measured: share, unit: "%", atLeast: 90 },
    { what: "failed in all runs", measured: failed([inCt, bare]), unit: "requests", atMost: 0 },
  ];
}

const failed = (runs: LoadResult[][]) => runs.flat().reduce((sum, run) => sum + run.failed, 0);

async function memoryUnder(ssh: NodeAccess, vmid: number, address: string): Promise<Bar[]> {
  const connections = HELD / GENERATORS;
  const ways = [[`${address}:${LISTENER_PORT}`]];
  const load = { ways, path: HEALTH_PATH, connections, rate: 0, seconds: 45 };
  const script = memoryScript(vmid, loadArguments(load), {
    generators: GENERATORS,
    connections: HELD,
  });
  const said = await bash(ssh, script, "memory", LOAD_SCRIPT);
  const [held, kib] = said.trim().split("\n").map(Number);
  return [
    { what: "connections held", measured: held ?? NaN, unit: "", atLeast: HELD },
    { what: "resident memory", measured: (kib ?? NaN) / 1024, unit: "MiB", atMost: 100 },
  ];
}

async function startBareHaproxy(
  ssh: NodeAccess,
  vmid: number,
  { targets }: StackOutputs,
): Promise<number> {
  const said = await bash(ssh, startBare(vmid, targets), "start of the bare HAProxy");
  const pid = Number(said.trim());
  await sleep(1000); // its first checks, as the other one has had them
  return pid;
}

async function generate(ssh: NodeAccess, vmid: number, load: Load): Promise<LoadResult[]> {
  const args = loadArguments(load).map(shellQuote).join(" ");
  const script = `exec ${inNetwork(vmid)} perl - ${args}`;
  return JSON.parse(await bash(ssh, script, "load generator", LOAD_SCRIPT)) as LoadResult[];
}

async function bash(ssh: NodeAccess, script: string, what: string, stdin = ""): Promise<string> {
  const options = { stdin, timeoutMs: 60_000 };
  const { code, stdout, stderr } = await onNode(ssh, ["bash", "-c", script], options);
  if (code !== 0) throw new Error(`${what}: exit status ${code}: ${stderr.trim()}`);
  return stdout;
}
