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
  take: (rows: StatRow[]) => void;
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
  return {
    name: BALANCER,
    everyMs: lookEveryMs,
    async open() {
      const asker = talkWith(talkOnNode(ssh, words), { mark: haproxyMark });
      await asker.ask("prompt");
      return asker;
    },
    async look(asker) {
      take(parseStats(await asker.ask(question)));
    },
    trouble,
  };
}
