import type { TargetState } from "../targetHealth";
import { type History, outagesOf, type Outage } from "./history";

/** What a chapter is judged from: the load balancer's log and what it says now. */
export interface Seen extends History {
  targets: { name: string; state: TargetState }[];
}

/** One thing that a chapter asks for, with what was measured of it. */
export interface Step {
  done: boolean;
  text: string;
}

export interface Chapter {
  title: string;
  /** For somebody who reads, predicts and tries. */
  minutes: number;
  /** Its page in docs/lab. */
  file: string;
  judge: (seen: Seen) => Step[];
}

/** So many requests for each target show how they are spread. */
const EACH = 4;

function everyTargetHealthy({ targets }: Seen): Step {
  const out = targets.filter(({ state }) => state !== "healthy");
  if (out.length === 0) return { done: true, text: `all ${targets.length} targets are healthy` };
  const said = out.map(({ name, state }) => `${name} is ${state}`).join(", ");
  return { done: false, text: `every target must be healthy, but ${said}; ./lab heal NAME` };
}

function countsOf(seen: Seen, requests: Seen["requests"]): { name: string; count: number }[] {
  return seen.targets.map(({ name }) => ({
    name,
    count: requests.filter(({ target }) => target === name).length,
  }));
}

const listed = (counts: { name: string; count: number }[]) =>
  counts.map(({ name, count }) => `${name} ${count}`).join(", ");

function roundRobin(seen: Seen): Step[] {
  const wanted = seen.targets.length * EACH;
  const last = seen.requests.filter(({ target }) => target !== undefined).slice(-wanted);
  const counts = countsOf(seen, last);
  const spread = Math.max(...counts.map(({ count }) => count)) - EACH;
  if (last.length < wanted) {
    const text = `${wanted} requests must be answered, the log has ${last.length}; ./lab verify sends them`;
    return [everyTargetHealthy(seen), { done: false, text }];
  }
  const even = spread === 0;
  const text = even
    ? `the last ${wanted} requests were even: ${listed(counts)}`
    : `the last ${wanted} requests must be even, but were ${listed(counts)}; ./lab verify once more`;
  return [everyTargetHealthy(seen), { done: even, text }];
}

function healthChecks(seen: Seen): Step[] {
  const outage = outagesOf(seen).find(({ failedChecks }) => failedChecks >= 1);
  if (!outage) {
    const text = "a target must fail its health checks, and none did; ./lab fault app2 kill";
    return [{ done: false, text }];
  }
  const { target, failedChecks, from, to } = outage;
  const checks = `${failedChecks} failed check${failedChecks === 1 ? "" : "s"}`;
  const back =
    to === undefined
      ? `${target} must come back, and is still out; ./lab heal ${target}`
      : `${target} came back, ${((to - from) / 1000).toFixed(1)} s later`;
  return [
    { done: true, text: `${target} was taken out after ${checks}` },
    { done: to !== undefined, text: back },
    everyTargetHealthy(seen),
  ];
}

/** Requests that were sent while a target was out; those of the moment itself may be retries. */
const during = (seen: Seen, { from, to = Infinity }: Outage) =>
  seen.requests.filter(({ at }) => at > from && at < to);

function failover(seen: Seen): Step[] {
  const outages = outagesOf(seen);
  const most = (one: Outage) => during(seen, one).length;
  const outage = [...outages].sort((a, b) => most(b) - most(a))[0];
  if (!outage) {
    return [{ done: false, text: "a target must fail, and none did; ./lab fault app2 kill" }];
  }
  const { target } = outage;
  const requests = during(seen, outage);
  const counts = countsOf(seen, requests).filter(({ name }) => name !== target);
  const fewest = Math.min(...counts.map(({ count }) => count));
  const lost = requests.filter(({ status }) => status >= 500).length;
  const own = requests.filter((one) => one.target === target).length;
  const answered = `while ${target} was out: ${listed(counts)}`;
  const few = `each of the others must answer ${EACH} requests while ${target} is out, but it was ${listed(counts)}; ./lab fault ${target} kill, then ./lab verify`;
  return [
    { done: true, text: `${target} failed and was taken out` },
    { done: fewest >= EACH, text: fewest >= EACH ? answered : few },
    {
      done: own === 0 && lost === 0 && requests.length > 0,
      text:
        requests.length === 0
          ? "no request was sent meanwhile, so nothing shows that none is lost"
          : `${own} went to ${target}, ${lost} of ${requests.length} were lost`,
    },
  ];
}

/** In their order; a chapter's number is its place, from 1. */
export const CHAPTERS: readonly Chapter[] = [
  { title: "Round robin", minutes: 5, file: "1-round-robin.md", judge: roundRobin },
  { title: "Health checks", minutes: 8, file: "2-health-checks.md", judge: healthChecks },
  { title: "Failover", minutes: 10, file: "3-failover.md", judge: failover },
];
