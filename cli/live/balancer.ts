import { SHOW_ANOMALIES } from "../../lib/haproxy/anomalyScript";
import { parseSetWeights, type SetWeight } from "../../observer/anomalies";
import { parseStats, type StatRow } from "../../observer/targetHealth";
import { inCt, type NodeAccess, talkOnNode } from "../lab/ssh";
import { talkWith } from "./asker";
import type { Source } from "./poll";

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
}

/** HAProxy's statistics over one connection to its socket, kept open: a look costs no process. */
export function balancerSource(
  ssh: NodeAccess,
  vmid: number,
  { question, take, trouble }: BalancerQuestion,
): Source {
  const words = inCt(vmid, ["socat", "-", "UNIX-CONNECT:/run/haproxy/admin.sock"]);
  // A load balancer does not learn the command while it runs; after a reload the connection is a new one.
  let mitigates = true;
  return {
    name: BALANCER,
    everyMs: lookEveryMs,
    async open() {
      const asker = talkWith(talkOnNode(ssh, words), { mark: haproxyMark });
      await asker.ask("prompt");
      mitigates = true;
      return asker;
    },
    async look(asker) {
      const rows = parseStats(await asker.ask(question));
      const weights = mitigates ? parseSetWeights(await asker.ask(SHOW_ANOMALIES)) : undefined;
      mitigates = weights !== undefined;
      take(rows, weights);
    },
    trouble,
  };
}
