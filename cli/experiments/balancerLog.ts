import { type BalancerEvent, parseLogLine } from "../../observer/balancerLog";
import { now } from "../../observer/prober";
import { balancerJournal } from "../lab/balancerJournal";
import { type NodeAccess, onNode } from "../lab/ssh";

/** The Proxmox node's clock, which its CTs share, against ours. */
export interface NodeClock {
  /** Turns its seconds into our milliseconds. */
  ours(nodeSeconds: number): number;
  /** Turns our milliseconds into its seconds. */
  nodes(ourMs: number): number;
}

/** Compares the clocks; the quickest of five answers is believed. */
export async function nodeClock(ssh: NodeAccess): Promise<NodeClock> {
  let best = { took: Infinity, offset: 0 };
  for (let i = 0; i < 5; i++) {
    const asked = now();
    const { stdout } = await onNode(ssh, ["date", "+%s.%N"], { timeoutMs: 15_000 });
    const answered = now();
    const took = answered - asked;
    if (took < best.took) best = { took, offset: Number(stdout) * 1000 - (asked + answered) / 2 };
  }
  const { offset } = best;
  return {
    ours: (seconds) => seconds * 1000 - offset,
    nodes: (ms) => (ms + offset) / 1000,
  };
}

/** What the load balancer logged of its targets since then, in our time. */
export async function balancerEvents(
  ssh: NodeAccess,
  vmid: number,
  clock: NodeClock,
  sinceMs: number,
): Promise<BalancerEvent[]> {
  const log = await balancerJournal(ssh, vmid, `@${Math.floor(clock.nodes(sinceMs))}`);
  const events = log.split("\n").map(parseLogLine);
  return events
    .filter((event) => event !== undefined)
    .map((event) => ({ ...event, at: clock.ours(event.at / 1000) }));
}
