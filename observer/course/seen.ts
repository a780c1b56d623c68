import type { TargetState } from "../targetHealth";
import type { ExperimentResult } from "../experiment";
import type { Absence, History } from "./history";

/** What a chapter is judged from: the load balancer's log and what it says now. */
export interface Seen extends History {
  targets: { name: string; state: TargetState }[];
  /** Attempts that filters turned away, by the names of CTs; read for the chapters that ask for it. */
  denied?: { from: string; to: string; port: number }[];
  /** What experiments measured of late, oldest first. */
  results?: readonly ExperimentResult[];
}

/** One thing that a chapter asks for, with what was measured of it. */
export interface Step {
  done: boolean;
  text: string;
}

/** So many requests for each target show how they are spread. */
export const EACH = 4;

export function everyTargetHealthy({ targets }: Seen): Step {
  const out = targets.filter(({ state }) => state !== "healthy");
  if (out.length === 0) return { done: true, text: `all ${targets.length} targets are healthy` };
  const said = out.map(({ name, state }) => `${name} is ${state}`).join(", ");
  const undo = out.some(({ state }) => state === "draining") ? "undrain" : "heal";
  return {
    done: false,
    text: `every target must be healthy, but ${said}; ./lab ${undo} ${out[0]!.name}`,
  };
}

export interface Count {
  name: string;
  count: number;
}

/** How many of these requests each target answered. */
export function countsOf(seen: Seen, requests: Seen["requests"]): Count[] {
  return seen.targets.map(({ name }) => ({
    name,
    count: requests.filter(({ target }) => target === name).length,
  }));
}

export const listed = (counts: Count[]): string =>
  counts.map(({ name, count }) => `${name} ${count}`).join(", ");

/** Whether the last requests, `EACH` for every target, were even. @param since only those that came later */
export function evenlySpread(seen: Seen, since = 0): Step {
  const wanted = seen.targets.length * EACH;
  const answered = seen.requests.filter(({ target, at }) => target !== undefined && at > since);
  const last = answered.slice(-wanted);
  const counts = countsOf(seen, last);
  if (last.length < wanted) {
    const text = `${wanted} requests must be answered, the log has ${last.length}; ./lab verify sends them`;
    return { done: false, text };
  }
  const even = counts.every(({ count }) => count === EACH);
  const text = even
    ? `the last ${wanted} requests were even: ${listed(counts)}`
    : `the last ${wanted} requests must be even, but were ${listed(counts)}; ./lab verify once more`;
  return { done: even, text };
}

const during = (seen: Seen, { from, to = Infinity }: Absence) =>
  seen.requests.filter(({ at }) => at > from && at < to);

/** The absence that has seen most requests. */
export const busiest = <T extends Absence>(seen: Seen, absences: readonly T[]): T | undefined =>
  [...absences].sort((a, b) => during(seen, b).length - during(seen, a).length)[0];

/** Whether the others answered everything while a target was out. @param again the commands that do it */
export function othersAnswered(seen: Seen, absence: Absence, again: string): Step[] {
  const { target } = absence;
  const requests = during(seen, absence);
  const counts = countsOf(seen, requests).filter(({ name }) => name !== target);
  const enough = counts.every(({ count }) => count >= EACH);
  const lost = requests.filter(({ status }) => status >= 500).length;
  const own = requests.filter((one) => one.target === target).length;
  return [
    {
      done: enough,
      text: enough
        ? `while ${target} was out: ${listed(counts)}`
        : `each of the others must answer ${EACH} requests while ${target} is out, but it was ${listed(counts)}; ${again}`,
    },
    {
      done: own === 0 && lost === 0 && requests.length > 0,
      text:
        requests.length === 0
          ? "no request was sent meanwhile, so nothing shows that none is lost"
          : `${own} went to ${target}, ${lost} of ${requests.length} were lost`,
    },
  ];
}
