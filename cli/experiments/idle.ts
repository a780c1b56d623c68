import { judgedIdle } from "../../observer/expectations";
import type { Outcome } from "../../observer/experiment";
import type { Bench } from "./workbench";
import { faultExperiment, LOADED, type LoadedName } from "./faultExperiment";

const names = ["failover", "stop", "hang", "partition", "reject"] as const satisfies LoadedName[];

/** Every fault that takes a target out, without any traffic: what health checks alone see. */
export async function idle(from: Bench, profile: string): Promise<Outcome> {
  const bench = { ...from, rate: 0 };
  const outcome = { rate: 0, target: bench.target.name, expectations: [], gaps: [] } as Outcome & {
    gaps: NonNullable<Outcome["gaps"]>;
  };
  for (const name of names) {
    bench.note(`${LOADED[name]} without traffic`);
    const { gaps = [] } = await faultExperiment(bench, name, profile);
    const kind = LOADED[name];
    outcome.expectations.push(...judgedIdle(kind, profile, gaps));
    outcome.gaps.push(...gaps.map((gap) => ({ ...gap, what: `${kind}: ${gap.what}` })));
  }
  return outcome;
}
