import { SHOW_ANOMALIES } from "../../lib/haproxy/anomalyScript";
import { ADMIN_SOCKET } from "../../lib/haproxy/installHaproxy";
import { parseSetWeights, type SetWeight } from "../../observer/anomalies";
import { parseStats, type StatRow } from "../../observer/targetHealth";
import { now } from "../../observer/prober";
import { inCt, type NodeAccess, talkOnNode } from "../lab/ssh";
import { talkWith } from "./asker";
import { Outdated, type Source } from "./poll";
import type { Asker } from "./asker";

/** How troubles of this source are headed. */
export const BALANCER = "load balancer";
/** HAProxy's statistics are read so often: a view lags behind by less than 0.3 s. */
const lookEveryMs = 250;
const haproxyMark = "\n> ";

/** Lines of servers alone, of every backend: `show stat <proxy> <type> <server>`, HAProxy's management guide. */
export const SERVERS_ONLY = "show stat -1 4 -1";

export interface BalancerQuestion {
  /** A `show stat` command, with or without its filter. */
  question: string;
  /** With the weights that were set; none where no target group mitigates anomalies. */
  take: (rows: StatRow[], weights: SetWeight[] | undefined) => void;
  /** As of a source. */
  trouble: (error?: string) => void;
  /**
   * A reload starts another process, and the one before answers us until its connections have ended. So often, in
   * milliseconds, it is asked whether it is the one that serves; a new connection costs processes on the node.
   *
   * @default 1000
   */
  askIfStopsEveryMs?: number;
}

/** HAProxy's statistics over one connection to its socket, kept open: a look costs no process. */
export function balancerSource(ssh: NodeAccess, vmid: number, from: BalancerQuestion): Source {
  const words = inCt(vmid, ["socat", "-", `UNIX-CONNECT:${ADMIN_SOCKET}`]);
  let look = looking(from);
  return {
    name: BALANCER,
    everyMs: lookEveryMs,
    async open() {
      const asker = talkWith(talkOnNode(ssh, words), { mark: haproxyMark });
      await asker.ask("prompt");
      look = looking(from);
      return asker;
    },
    look: (asker) => look(asker),
    trouble: from.trouble,
  };
}

/** Asks over one connection for statistics, and now and then whether the process that answers is the one that serves. */
export function looking({
  question,
  take,
  askIfStopsEveryMs = 1000,
}: Omit<BalancerQuestion, "trouble">): (asker: Asker) => Promise<void> {
  let askedAt = 0;
  // A load balancer does not learn the command while it runs; after a reload the connection is a new one.
  let mitigates = true;
  return async (asker) => {
    if (now() - askedAt >= askIfStopsEveryMs) {
      // `show info`, HAProxy's management guide: 1 while a process only ends what it has begun.
      const stops = /^Stopping: [^0]/m.test(await asker.ask("show info"));
      if (stops) throw new Outdated("the load balancer was reloaded");
      askedAt = now();
    }
    const rows = parseStats(await asker.ask(question));
    const weights = mitigates ? parseSetWeights(await asker.ask(SHOW_ANOMALIES)) : undefined;
    mitigates = weights !== undefined;
    take(rows, weights);
  };
}
