import { readHistory } from "../../observer/course/history";
import type { Seen } from "../../observer/course/seen";
import { savedResults } from "../experiments/results";
import { ACCESS_LOG_TAG } from "../../lib/haproxy/accessLog";
import { targetHealth, targetRows } from "../../observer/targetHealth";
import type { CommandContext } from "../core/command";
import { guestsOf } from "../../lib/stack/guests";
import { readFlows } from "../lab/flowLogs";
import { nodeAccess, openPulumi, requireOutputs } from "../lab/session";
import { balancerJournal } from "../lab/balancerJournal";
import type { NodeAccess } from "../lab/ssh";
import { stackSettings } from "../stack/settings";
import { loadBalancerStats } from "../status/labStatus";

/** What was done longer ago is not judged any more. */
export const LOOK_BACK_MINUTES = 30;

/** What the load balancer has logged, and what it says of its targets now. @throws when it cannot be asked */
export async function lookBack(
  context: CommandContext,
  { readsFlows }: { readsFlows: boolean },
): Promise<Seen> {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const { vmid } = outputs.loadBalancer;
  const [log, stats] = await Promise.all([
    balancerJournal(ssh, vmid, `-${LOOK_BACK_MINUTES}min`, ["haproxy", ACCESS_LOG_TAG]),
    loadBalancerStats(ssh, vmid),
  ]);
  const history = readHistory(log);
  if (history.requests.length === 0 && log.includes(` ${ACCESS_LOG_TAG}[`)) {
    throw new Error(
      "load balancer: its requests are logged in an ALB's form, without the times and attempts that chapters are " +
        "judged from; take accessLog out of homelab:loadBalancer, run ./lab up, and repeat the chapter's steps",
    );
  }
  const oldest = new Date(Date.now() - LOOK_BACK_MINUTES * 60_000).toISOString();
  const results = savedResults(context).filter(({ startedAt }) => startedAt >= oldest);
  const names = outputs.targets.map(({ name }) => name);
  const rows = targetRows(stats, names);
  const targets = names.map((name) => ({ name, state: targetHealth(rows.get(name)).state }));
  const denied = readsFlows ? { denied: await deniedAttempts(context, ssh) } : {};
  return { ...history, results, targets, ...denied };
}

async function deniedAttempts(context: CommandContext, ssh: NodeAccess): Promise<Seen["denied"]> {
  const settings = await stackSettings(context, await openPulumi(context));
  const { packets } = await readFlows(ssh, settings);
  const since = Date.now() - LOOK_BACK_MINUTES * 60_000;
  const names = new Map(
    guestsOf(settings).flatMap(({ name, ports }) => ports.map(({ address }) => [address, name])),
  );
  return packets
    .filter(({ time }) => time >= since)
    .map(({ source, interfaceId, destinationPort }) => ({
      from: names.get(source) ?? source,
      // The CT that turned it away: Docker may have rewritten the destination.
      to: interfaceId.replace(/-[^-]*$/, ""),
      port: destinationPort ?? 0,
    }));
}
