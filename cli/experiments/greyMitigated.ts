import { BACKEND } from "../../lib/haproxy/backends";
import type { SetWeight } from "../../observer/anomalies";
import type { Judged } from "../../observer/expectations";
import { now } from "../../observer/prober";
import { waitFor } from "../../system/waitFor";
import { setWeights } from "../status/setWeights";
import type { Disturbed } from "./disturb";
import type { Bench } from "./workbench";

/** From so long after the fault its errors may be few only; what is measured begins there. */
export const MITIGATED_AFTER_MS = 5000;
/** How long the fault is there: enough requests to tell half a percent by. */
export const MITIGATED_FOR_MS = 20_000;
const MOST_ERRORS_PERCENT = 0.5;
const MOST_SHARE_PERCENT = 5;
const BACK_WITHIN_SECONDS = 90;

/** What the load balancer says of the target's weight while the experiment goes on. */
export class WeightWatch {
  /** As it was at the end of the fault; undefined: the full one. */
  during?: SetWeight;
  /** When it had its full weight again. */
  backAt?: number;

  constructor(private readonly bench: Bench) {}

  async atEndOfFault(): Promise<void> {
    this.during = await this.own();
  }

  /** @throws when the weight does not come back */
  async untilBack(): Promise<void> {
    const { bench } = this;
    bench.note(`waiting for the full weight of ${bench.target.name}`);
    await waitFor<true>({
      what: `the full weight of ${bench.target.name} (./lab status)`,
      seconds: BACK_WITHIN_SECONDS,
      everyMs: 1000,
      look: async () => {
        const one = await this.own();
        return one === undefined
          ? { value: true }
          : { seen: `weight ${one.weight} of ${one.full}` };
      },
    });
    this.backAt = now();
  }

  private async own(): Promise<SetWeight | undefined> {
    const { ssh, outputs, target } = this.bench;
    const all = (await setWeights(ssh, outputs.loadBalancer.vmid)) ?? [];
    return all.find((one) => one.group === BACKEND && one.target === target.name);
  }
}

/** What clients see of a target that fails by half while its target group mitigates anomalies. */
export function judgeMitigated(
  observed: Disturbed,
  { during, backAt }: Pick<WeightWatch, "during" | "backAt">,
): Judged[] {
  const { records, events, target, targets, damagedAt, healAt } = observed;
  const settled = records.filter(
    (r) => r.method === "GET" && r.dueAt > damagedAt + MITIGATED_AFTER_MS && r.dueAt < healAt,
  );
  const percent = (part: number, all: number) => (all === 0 ? NaN : (part / all) * 100);
  const errors = percent(settled.filter((r) => r.outcome === "failed").length, settled.length);
  const share = percent(settled.filter((r) => r.target === target).length, settled.length);
  const failed = records.filter(({ outcome }) => outcome === "failed");
  const strangers = failed.filter((r) => r.target !== target || r.status !== 500);
  const downs = events.filter((e) => e.target === target && e.kind === "down");
  const after = records.filter((r) => backAt !== undefined && r.dueAt > backAt);
  const atEnd = percent(after.filter((r) => r.target === target).length, after.length);
  const fair = 100 / targets.length;
  return [
    {
      expectation: `${target} stays healthy: its check is good all the time`,
      measured: `marked down ${downs.length} times`,
      pass: downs.length === 0,
    },
    {
      expectation: `${target} gets less, and it is said why`,
      measured: during
        ? `weight ${during.weight} of ${during.full}: ${during.reason}`
        : "full weight",
      pass: during?.owner === "anomaly",
    },
    {
      expectation: `5 s after the fault clients see errors for less than ${MOST_ERRORS_PERCENT} % of GETs`,
      measured: `${errors.toFixed(2)} % of ${settled.length}`,
      pass: errors < MOST_ERRORS_PERCENT,
    },
    {
      expectation: `and ${target} has less than ${MOST_SHARE_PERCENT} % of them`,
      measured: `${share.toFixed(1)} %`,
      pass: share < MOST_SHARE_PERCENT,
    },
    {
      expectation: `every failure is an error that ${target} answered`,
      measured: `${failed.length - strangers.length} of ${failed.length}`,
      pass: failed.length > 0 && strangers.length === 0,
    },
    {
      expectation: `after the repair its full weight comes back within ${BACK_WITHIN_SECONDS} s`,
      measured: backAt === undefined ? "never" : `${((backAt - healAt) / 1000).toFixed(0)} s`,
      pass: backAt !== undefined && backAt - healAt <= BACK_WITHIN_SECONDS * 1000,
    },
    {
      expectation: `and its share, ${fair.toFixed(0)} % ±10`,
      measured: `${atEnd.toFixed(1)} % of ${after.length}`,
      pass: Math.abs(atEnd - fair) <= 10,
    },
  ];
}
