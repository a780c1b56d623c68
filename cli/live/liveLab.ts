import { firstReachable } from "../../observer/probe";
import { now, type Prober, type ProbeRecord, startProber } from "../../observer/prober";
import type { LiveEvent, LiveFault, LiveRequest } from "../../observer/live/liveEvents";
import { LiveModel } from "../../observer/live/liveModel";
import { headerOf, type RecordingHeader } from "../../observer/replay/recording";
import { targetLooks } from "../../observer/live/targetLooks";
import { labLockHolder } from "../../system/labLock";
import type { CommandContext } from "../core/command";
import { nodeClock } from "../experiments/balancerLog";
import { faultsOnAsking } from "../faults/faults";
import { parseActive } from "../faults/faultScripts";
import { formatFault } from "../faults/faultSpec";
import { nodeAccess, requireNode, requireOutputs } from "../lab/session";
import { type NodeAccess, talkOnNode } from "../lab/ssh";
import { growRecording } from "../replay/recordingFile";
import type { StackOutputs } from "../stack/outputs";
import { devStack } from "../stack/workingCopy";
import { talkWith } from "./asker";
import { BALANCER, balancerSource, SERVERS_ONLY } from "./balancer";
import { poll, type Source } from "./poll";

/** A lab that is looked at: its own requests, its load balancer, its faults. */
export interface LiveLab {
  model: LiveModel;
  outputs: StackOutputs;
  url: string;
  /** What a recording of it says of itself. */
  header: RecordingHeader;
  stop(): Promise<void>;
}

/** Answers without the database, as experiments ask it. */
const probedPath = "/whoami";
/** A look at faults may enter the CTs that were killed. */
const faultsEveryMs = 2000;
const lockEveryMs = 500;
/** These count requests: ours among them would change what they find. */
const MEASURING = ["experiment", "bench"];

const faultsMark = "== end of faults ==";

/** Begins to look. @throws when the lab is not up. */
export async function openLiveLab(
  context: CommandContext,
  from: {
    rate: number;
    /** A file that is made, in which everything is recorded. @default - nothing is */
    record?: string;
    onEvent?: (event: LiveEvent) => void;
  },
): Promise<LiveLab> {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const localUrl = context.stack === devStack ? (await requireNode(context)).localUrl : undefined;
  const url = await firstReachable([outputs.url, ...(localUrl ? [localUrl] : [])]);
  const names = outputs.targets.map(({ name }) => name);
  const startedAt = now();
  const about = { title: "what was watched", stack: context.stack, url, rate: from.rate };
  const header = headerOf({ ...about, targets: names, startedAt });
  const recording = from.record === undefined ? undefined : growRecording(from.record, header);
  const model = new LiveModel({ targets: names, startedAt });
  const take = (event: LiveEvent) => {
    model.take(event);
    recording?.take(event);
    from.onEvent?.(event);
  };
  const abort = new AbortController();
  const looking = [
    poll(balancerLooks(ssh, outputs, names, take), abort.signal),
    poll(await faultSource(ssh, outputs, take), abort.signal),
  ];
  const stopTraffic = startTraffic(context, { url, rate: from.rate, take });
  return {
    model,
    outputs,
    url,
    header,
    async stop() {
      abort.abort();
      stopTraffic();
      await Promise.all(looking);
      recording?.close();
      if (from.record !== undefined) {
        const full = recording?.isFull() ? "is full and ends before the view did; " : "";
        context.progress.info(
          `${from.record}: ${full}./lab replay ${from.record} makes a page of it`,
        );
      }
    },
  };
}

type Take = (event: LiveEvent) => void;

function balancerLooks(
  ssh: NodeAccess,
  outputs: StackOutputs,
  names: string[],
  take: Take,
): Source {
  return balancerSource(ssh, outputs.loadBalancer.vmid, {
    question: SERVERS_ONLY,
    take: (rows, weights) =>
      take({ kind: "look", at: now(), targets: targetLooks(rows, names, weights) }),
    trouble: (error) => take({ kind: "trouble", at: now(), source: BALANCER, error }),
  });
}

async function faultSource(ssh: NodeAccess, outputs: StackOutputs, take: Take): Promise<Source> {
  const nameOf = new Map(outputs.targets.map(({ vmid, name }) => [vmid, name]));
  const clock = await nodeClock(ssh);
  const name = "Proxmox node";
  return {
    name,
    everyMs: faultsEveryMs,
    open: () =>
      Promise.resolve(
        talkWith(talkOnNode(ssh, faultsOnAsking(faultsMark)), { mark: `${faultsMark}\n` }),
      ),
    async look(asker) {
      const faults = parseActive(await asker.ask("")).flatMap((one): LiveFault[] => {
        const target = nameOf.get(one.vmid);
        if (target === undefined || one.over) return [];
        return [{ target, fault: formatFault(one.spec), since: clock.ours(one.since) }];
      });
      take({ kind: "faults", at: now(), faults });
    },
    trouble: (error) => take({ kind: "trouble", at: now(), source: name, error }),
  };
}

/** Sends requests, except while a command measures, until the result is called. */
function startTraffic(
  context: CommandContext,
  { url, rate, take }: { url: string; rate: number; take: Take },
): () => void {
  let prober: Prober | undefined;
  let holder: string | undefined;
  // Those that are on their way end by themselves, or with this process.
  const stop = () => {
    void prober?.stop();
    prober = undefined;
  };
  const start = () => {
    prober = startProber({
      ...{ url: new URL(probedPath, url).href, rate, freshEvery: 4, timeoutMs: 5000 },
      // Exact enough to look at, and wakes this process fifty times a second, not a thousand.
      clock: { now, every: coarsely },
      onEnd: (record) => take(liveRequest(record)),
    });
  };
  const look = () => {
    const command = labLockHolder(context.paths)?.command;
    const before = holder;
    holder = command !== undefined && MEASURING.includes(command) ? command : undefined;
    if (holder !== before) take({ kind: "held", at: now(), command: holder });
    if (holder !== undefined) stop();
    else if (!prober && rate > 0) start();
  };
  look();
  const timer = setInterval(look, lockEveryMs);
  return () => {
    clearInterval(timer);
    stop();
  };
}

function coarsely(_ms: number, work: () => void): () => void {
  const timer = setInterval(work, 20);
  return () => clearInterval(timer);
}

/** What a view is told of a request. */
export function liveRequest(record: ProbeRecord): LiveRequest {
  const { method, sentAt, doneAt = sentAt, outcome, target, error } = record;
  return {
    ...{ kind: "request", at: doneAt, sentAt, method, ok: outcome === "ok" },
    ...(target !== undefined && { target }),
    ...(error !== undefined && { error }),
  };
}
