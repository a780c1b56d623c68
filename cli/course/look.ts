import { readHistory } from "../../observer/course/history";
import type { Seen } from "../../observer/course/seen";
import { targetHealth, targetRows } from "../../observer/targetHealth";
import type { CommandContext } from "../core/command";
import { nodeAccess, requireOutputs } from "../lab/session";
import { inCt, onNode } from "../lab/ssh";
import { loadBalancerStats } from "../status/labStatus";

/** What was done longer ago is not judged any more. */
export const LOOK_BACK_MINUTES = 30;

/** What the load balancer has logged, and what it says of its targets now. @throws when it cannot be asked */
export async function lookBack(context: CommandContext): Promise<Seen> {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const { vmid } = outputs.loadBalancer;
  const since = `--since=-${LOOK_BACK_MINUTES}min`;
  const words = ["journalctl", "-t", "haproxy", "-o", "short-unix", "--no-pager", since];
  const [log, stats] = await Promise.all([
    onNode(ssh, inCt(vmid, words), { timeoutMs: 30_000 }),
    loadBalancerStats(ssh, vmid),
  ]);
  if (log.code !== 0) {
    throw new Error(`load balancer: its log cannot be read: ${log.stderr.trim()}`);
  }
  const names = outputs.targets.map(({ name }) => name);
  const rows = targetRows(stats, names);
  const targets = names.map((name) => ({ name, state: targetHealth(rows.get(name)).state }));
  return { ...readHistory(log.stdout), targets };
}
