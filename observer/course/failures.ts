import { type Failure, type Outage, outagesOf } from "./history";
import {
  busiest,
  evenlySpread,
  everyTargetHealthy,
  othersAnswered,
  type Seen,
  type Step,
} from "./seen";

const NONE: Step = {
  done: false,
  text: "a target must fail its health checks, and none did; ./lab fault app2 kill",
};

function cameBack({ target, from, to }: Outage): Step {
  if (to === undefined) {
    return {
      done: false,
      text: `${target} must come back, and is still out; ./lab heal ${target}`,
    };
  }
  return { done: true, text: `${target} came back, ${((to - from) / 1000).toFixed(1)} s later` };
}

export function healthChecks(seen: Seen): Step[] {
  const outage = outagesOf(seen).find(({ failedChecks }) => failedChecks >= 1);
  if (!outage) return [NONE];
  const { target, failedChecks } = outage;
  const checks = `${failedChecks} failed check${failedChecks === 1 ? "" : "s"}`;
  return [
    { done: true, text: `${target} was taken out after ${checks}` },
    cameBack(outage),
    everyTargetHealthy(seen),
  ];
}

export function failover(seen: Seen): Step[] {
  const outage = busiest(seen, outagesOf(seen));
  if (!outage) return [NONE];
  const { target } = outage;
  const again = `./lab fault ${target} kill, then ./lab verify`;
  return [
    { done: true, text: `${target} failed and was taken out` },
    ...othersAnswered(seen, outage, again),
  ];
}

/** A target that is back has its full share at once. */
export function comingBack(seen: Seen): Step[] {
  const [outage] = outagesOf(seen);
  if (!outage) return [NONE];
  const back = cameBack(outage);
  return outage.to === undefined
    ? [back]
    : [back, everyTargetHealthy(seen), evenlySpread(seen, outage.to)];
}

const WORDS: Record<Exclude<Failure, "other">, [failed: string, fault: string]> = {
  refused: ["its connections were refused", "kill"],
  timeout: ["no answer came in time", "hang"],
};

/** The same end for clients, seen in two ways. */
export function hangAndKill(seen: Seen): Step[] {
  const outages = outagesOf(seen);
  const kinds = (["refused", "timeout"] as const).map((kind) => {
    const [words, fault] = WORDS[kind];
    const found = outages.find(({ failure }) => failure === kind);
    return found
      ? { done: true, text: `${found.target} was taken out because ${words}` }
      : {
          done: false,
          text: `a target must go out because ${words}, and none did; ./lab fault app2 ${fault}`,
        };
  });
  return [...kinds, everyTargetHealthy(seen)];
}
