import type { ExperimentResult } from "../experiment";
import { everyTargetHealthy, type Seen, type Step } from "./seen";

const newest = ({ results = [] }: Seen, experiment: string, profile: string) =>
  results.findLast((one) => one.experiment === experiment && one.profile === profile);

const lostOf = ({ accounts }: ExperimentResult): number => {
  const { failed = 0, pending = 0 } = accounts?.GET ?? {};
  return failed + pending;
};

/** The database away: what the experiment measured is what the chapter asks for. */
export function databaseAway(seen: Seen): Step[] {
  const found = newest(seen, "db-away", "tuned");
  if (!found) {
    const text =
      "the database must be away while requests come, and was not; ./lab experiment db-away";
    return [{ done: false, text }];
  }
  const steps = found.expectations.map(({ expectation, measured, pass }) => ({
    done: pass,
    text: `${expectation}: ${measured}${pass ? "" : "; ./lab experiment db-away once more"}`,
  }));
  return [...steps, everyTargetHealthy(seen)];
}

/** The same fault under both profiles: the load balancer's part of the reliability, in requests. */
export function profilesCompared(seen: Seen): Step[] {
  const [tuned, plain] = ["tuned", "plain"].map((name) => newest(seen, "failover", name));
  const again = (profile: string) => `./lab experiment failover --profile ${profile}`;
  const measured = [
    { profile: "tuned", found: tuned },
    { profile: "plain", found: plain },
  ].map(({ profile, found }) =>
    found
      ? {
          done: true,
          text: `${profile} lost ${lostOf(found)} of ${found.accounts?.GET.sent ?? 0} GET requests`,
        }
      : {
          done: false,
          text: `failover must be measured under ${profile}, and was not; ${again(profile)}`,
        },
  );
  if (!tuned || !plain) return measured;
  const done = lostOf(tuned) < lostOf(plain);
  const text = done
    ? `${lostOf(plain) - lostOf(tuned)} requests are what the settings of tuned saved`
    : `tuned must lose fewer than plain, which a busy machine may hide; ${again("tuned")} once more`;
  return [...measured, { done, text }, everyTargetHealthy(seen)];
}
