import type { Outcome } from "../../observer/experiment";
import type { Bench } from "./workbench";
import { burst } from "./burst";
import { databaseAway } from "./databaseAway";
import { faultExperiment } from "./faultExperiment";
import { grey } from "./grey";
import { idle } from "./idle";
import { roundRobin } from "./roundRobin";

/** One experiment: what it is about, in a line, and how it is done. */
export interface Experiment {
  summary: string;
  /** Whether the experiment can be measured without traffic as well: `--rate 0`. */
  idle?: boolean;
  run(bench: Bench, profile: string): Promise<Outcome>;
}

const takesOut = (
  name: Parameters<typeof faultExperiment>[1],
  summary: string,
  options: Pick<Experiment, "idle"> = { idle: true },
): Experiment => ({
  summary,
  ...options,
  run: (bench, profile) => faultExperiment(bench, name, profile),
});

/** Every experiment, in the order in which `all` does them. */
export const EXPERIMENTS: Record<string, Experiment> = {
  "round-robin": { summary: "every target gets its turn, exactly", run: roundRobin },
  failover: takesOut("failover", "a target's container is killed"),
  hang: takesOut("hang", "a target is frozen"),
  partition: takesOut("partition", "packets to and from a target vanish"),
  stop: takesOut("stop", "a target's CT is stopped"),
  reject: takesOut("reject", "a target resets connections"),
  drain: takesOut("drain", "a target is taken out by hand", {}),
  reload: takesOut("reload", "the load balancer is reloaded ten times", {}),
  grey: { summary: "half of a target's answers are errors, its check is good", run: grey },
  "db-away": { summary: "no target reaches the database", run: databaseAway },
  burst: { summary: "five times the load for two seconds", run: burst },
  idle: { summary: "every fault again, without traffic", run: idle },
};
