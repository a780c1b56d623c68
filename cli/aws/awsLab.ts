import { setTimeout as sleep } from "node:timers/promises";
import { BalancerMetrics } from "../../observer/aws/cloudwatch/balancerMetrics";
import { takeUsage } from "../../observer/aws/cloudwatch/guestMetrics";
import { MetricStore } from "../../observer/aws/cloudwatch/metricStore";
import type { SetWeight } from "../../observer/anomalies";
import type { AwsFacts, GuestFact } from "../../observer/aws/facts";
import { now } from "../../observer/prober";
import type { StatRow } from "../../observer/targetHealth";
import type { Settings } from "../../lib/stack/settings";
import type { CommandContext } from "../core/command";
import { callApi } from "../lab/api";
import { apiAccess, nodeAccess, openPulumi, requireOutputs } from "../lab/session";
import { balancerSource } from "../live/balancer";
import { poll } from "../live/poll";
import { stackSettings } from "../stack/settings";
import { askDatabase } from "../status/labStatus";
import type { GuestUse } from "../status/budget";

/** A lab whose state is read all the time. */
export interface AwsLab {
  facts: () => AwsFacts;
  stop(): Promise<void>;
}

/** Every line, of listeners, target groups and targets. */
const everything = "show stat";
const guestsEveryMs = 2000;
const databaseEveryMs = 5000;
/** Another configuration is seen this long after a call; to read it takes Pulumi a second. */
const settingsEveryMs = 15_000;

/** Begins to look. Nothing is changed, and no request is sent to the lab's service. @throws when the lab is not up */
export async function openAwsLab(context: CommandContext): Promise<AwsLab> {
  const outputs = await requireOutputs(context);
  const session = await openPulumi(context);
  const [ssh, api] = [await nodeAccess(context), await apiAccess(context)];
  const settings = refreshed(
    await stackSettings(context, session),
    () => stackSettings(context, session),
    settingsEveryMs,
  );
  const metrics = new MetricStore();
  const balancer = new BalancerMetrics(metrics);
  const seen: {
    stats?: StatRow[];
    weights?: SetWeight[];
    answers?: boolean;
    guests: Map<number, GuestFact>;
  } = { guests: new Map() };
  const lab = () => ({ stack: context.stack, settings: settings.current() });
  const abort = new AbortController();
  const { signal } = abort;
  const source = balancerSource(ssh, outputs.loadBalancer.vmid, {
    question: everything,
    take(rows, weights) {
      seen.stats = rows;
      seen.weights = weights;
      balancer.take(lab(), rows, now(), weights);
    },
    trouble(error) {
      if (error !== undefined) seen.stats = undefined;
    },
  });
  const looking = [
    poll(source, signal),
    every(guestsEveryMs, signal, async () => {
      const path = `/nodes/${api.node}/lxc`;
      const guests = await callApi<(GuestUse & GuestCpu)[]>(api.access, "GET", path);
      seen.guests = new Map(guests.map((guest) => [Number(guest.vmid), factOf(guest)]));
      takeUsage(metrics, lab().settings, guests, now());
    }),
    every(databaseEveryMs, signal, async () => {
      const { state } = await askDatabase(ssh, outputs.database);
      seen.answers = state === "available";
    }),
  ];
  return {
    facts() {
      settings.refresh();
      const { stats, weights, guests, answers: databaseAnswers } = seen;
      return { ...lab(), at: now(), stats, weights, guests, databaseAnswers, metrics };
    },
    async stop() {
      abort.abort();
      await Promise.all(looking);
    },
  };
}

interface GuestCpu {
  cpu?: number;
  uptime?: number;
}

function factOf({ status = "unknown", uptime }: GuestUse & GuestCpu): GuestFact {
  return { status, ...(status === "running" && { uptimeSeconds: uptime }) };
}

/** Looks again and again; what does not answer keeps what was seen last. */
async function every(ms: number, signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await look().catch(() => undefined);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** A value that is read anew in the background when it is asked for and old. */
function refreshed(first: Settings, read: () => Promise<Settings>, everyMs: number) {
  let current = first;
  let readAt = now();
  let reading = false;
  return {
    current: () => current,
    refresh() {
      if (reading || now() - readAt < everyMs) return;
      reading = true;
      read()
        .then((found) => (current = found))
        // A configuration that is being edited may be wrong for a moment.
        .catch(() => undefined)
        .finally(() => {
          readAt = now();
          reading = false;
        });
    },
  };
}
