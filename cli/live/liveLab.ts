import { firstReachable } from "../../observer/probe";
import { now, type Prober, type ProbeRecord, startProber } from "../../observer/prober";
import type { LiveEvent, LiveFault, LiveRequest } from "../../observer/live/liveEvents";
import { LiveModel } from "../../observer/live/liveModel";
import { targetLooks } from "../../observer/live/targetLooks";
import { labLockHolder } from "../../system/labLock";
import type { CommandContext } from "../core/command";
import { nodeClock } from "../experiments/balancerLog";
import { faultsOnAsking } from "../faults/faults";
import { parseActive } from "../faults/faultScripts";
import { formatFault } from "../faults/faultSpec";
import { nodeAccess, requireNode, requireOutputs } from "../lab/session";
import { type NodeAccess, talkOnNode } from "../lab/ssh";
import type { StackOutputs } from "../stack/outputs";
import { devStack } from "../stack/workingCopy";
import { talkWith } from "./asker";
import { BALANCER, balancerSource } from "./balancer";
import { poll, type Source } from "./poll";

/** A lab that is looked at: its own requests, its load balancer, its faults. */
export interface LiveLab {
  model: LiveModel;
  outputs: StackOutputs;
  url: string;
  /** The command that measures now, for which own requests are held back; undefined: none does. */
  heldBackFor(): string | undefined;
  stop(): Promise<void>;
}

/** Answers without the database, as experiments ask it. */
const probedPath = "/whoami";
/** A look at faults may enter the CTs that were killed. */
const faultsEveryMs = 2000;
const lockEveryMs = 500;
/** These count requests: ours among them would change what they find. */
const MEASURING = ["experiment", "bench"];

/** Lines of servers alone, of every backend: `show stat <proxy> <type> <server>`, HAProxy's management guide. */
const serversOnly = "show stat -1 4 -1";
const faultsMark = "== end of faults ==";

/** Begins to look. @throws when the lab is not up. */
export async function openLiveLab(
  context: CommandContext,
  from: { rate: number; onEvent?: (event: LiveEvent) => void },
): Promise<LiveLab> {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const localUrl = context.stack === devStack ? (await requireNode(context)).localUrl : undefined;
  const url = await firstReachable([outputs.url, ...(localUrl ? [localUrl] : [])]);
  const names = outputs.targets.map(({ name }) => name);
  const model = new LiveModel({ targets: names, startedAt: now() });
  const take = (event: LiveEvent) => {
    model.take(event);
    from.onEvent?.(event);
  };
  const abort = new AbortController();
  const looking = [
    poll(balancerLooks(ssh, outputs, names, take), abort.signal),
    poll(await faultSource(ssh, outputs, take), abort.signal),
  ];
  const traffic = startTraffic(context, { url, rate: from.rate, take });
  return {
    model,
    outputs,
    url,
    heldBackFor: traffic.heldBackFor,
    async stop() {
      abort.abort();
      traffic.stop();
      await Promise.all(looking);
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
    question: serversOnly,
    take: (rows) => take({ kind: "look", at: now(), targets: targetLooks(rows, names) }),
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

/** Sends requests, except while a command measures. */
function startTraffic(
  context: CommandContext,
  { url, rate, take }: { url: string; rate: number; take: Take },
) {
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
    holder = command !== undefined && MEASURING.includes(command) ? command : undefined;
    if (holder !== undefined) stop();
    else if (!prober && rate > 0) start();
  };
  look();
  const timer = setInterval(look, lockEveryMs);
  return {
    heldBackFor: () => holder,
    stop() {
      clearInterval(timer);
      stop();
    },
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
