import type { LiveEvent, LiveFault } from "../../observer/live/liveEvents";
import { now, type ProbeRecord } from "../../observer/prober";
import { targetLooks } from "../../observer/live/targetLooks";
import { BALANCER, balancerSource, SERVERS_ONLY } from "../live/balancer";
import { liveRequest } from "../live/liveLab";
import { poll } from "../live/poll";
import type { NodeAccess } from "../lab/ssh";
import type { StackOutputs } from "../stack/outputs";

/** What is seen of an experiment, for its replay. */
export interface ExperimentRecording {
  startedAt: number;
  /** All that was seen until now. */
  events: LiveEvent[];
  /** Requests that have ended; those that have not are none. */
  requests(records: readonly ProbeRecord[]): void;
  /** From this moment on these faults are in force. */
  faults(faults: Omit<LiveFault, "since">[], at: number): void;
  /** Looks no more. Whatever went wrong with looking is in the recording and fails nothing. */
  stop(): Promise<void>;
}

/**
 * Looks at the load balancer's statistics while an experiment runs, over one connection that is kept open. The
 * requests are those that the experiment sends; its faults are told, and not asked for.
 */
export function recordExperiment(from: {
  ssh: NodeAccess;
  outputs: StackOutputs;
}): ExperimentRecording {
  const { ssh, outputs } = from;
  const names = outputs.targets.map(({ name }) => name);
  const events: LiveEvent[] = [];
  const abort = new AbortController();
  const source = balancerSource(ssh, outputs.loadBalancer.vmid, {
    question: SERVERS_ONLY,
    // In the experiment that reloads again and again it must not become a load of its own.
    askIfStopsEveryMs: 5000,
    take(rows, weights) {
      events.push({ kind: "look", at: now(), targets: targetLooks(rows, names, weights) });
    },
    trouble: (error) => events.push({ kind: "trouble", at: now(), source: BALANCER, error }),
  });
  const looking = poll(source, abort.signal);
  return {
    startedAt: now(),
    events,
    requests(records) {
      const ended = records.filter(({ outcome }) => outcome !== "pending");
      events.push(...ended.map(liveRequest));
    },
    faults(faults, at) {
      events.push({ kind: "faults", at, faults: faults.map((one) => ({ ...one, since: at })) });
    },
    async stop() {
      abort.abort();
      await looking;
    },
  };
}
