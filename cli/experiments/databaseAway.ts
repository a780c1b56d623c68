import { accounts, tenths } from "../../observer/account";
import { accountedFor, type Judged, limit, noneLost } from "../../observer/expectations";
import type { Outcome } from "../../observer/experiment";
import { fetchJson, type JsonAnswer } from "../../observer/probe";
import { now } from "../../observer/prober";
import { timeline } from "../../observer/timeline";
import { waitFor } from "../../system/waitFor";
import { type Bench, pause } from "./workbench";
import { disturb, faultOn, returnSeconds } from "./disturb";
import { measured } from "./measured";

/** Every page counts a visit in the database: enough to see, and not a benchmark of the database. */
const mostRequests = 50;
/** Less than the load balancer's `timeout server`, or the page would be an error. */
const slowestMs = 2000;
const backWithinMs = 5000;

/** What the service says of its database while nobody reaches it. */
export interface AwaySeen {
  pages: JsonAnswer[];
  ready: JsonAnswer[];
}

/** The database away for every target: the service goes on, says so, and comes back by itself. */
export async function databaseAway(bench: Bench, profile: string): Promise<Outcome> {
  const { outputs } = bench;
  const rate = Math.min(bench.rate, mostRequests);
  const fault = faultOn(bench, outputs.targets, { kind: "db" });
  const seen: AwaySeen = { pages: [], ready: [] };
  let upAt: number | undefined;
  const observed = await disturb(bench, fault, {
    path: "/",
    rate,
    waitSeconds: returnSeconds(profile),
    whileBroken: async () => {
      await pause(bench, 2500); // open connections are given up after 1.5 s
      // One request for each target, for the targets take turns among other requests.
      for (let i = 0; i < 3 * outputs.targets.length; i++) {
        seen.pages.push(await fetchJson(new URL("/", bench.url).href));
        seen.ready.push(await fetchJson(new URL("/readyz", bench.url).href));
      }
    },
    whenHealed: async () => {
      upAt = await databaseBack(bench);
    },
  });
  const { target, targets, ...rest } = observed;
  const loaded = measured(observed);
  const downs = observed.events.filter(({ kind }) => kind === "down");
  const backMs = upAt === undefined ? undefined : tenths(upAt - observed.healAt);
  const story = { fault: observed.faultAt, damaged: observed.damagedAt, heal: observed.healAt };
  return {
    rate,
    action: `${fault.action} on ${targets.join(", ")}`,
    command: fault.command,
    ...loaded,
    healedAtMs: tenths(observed.healAt - observed.faultAt),
    expectations: [
      accountedFor(accounts(observed.records), observed.due),
      noneLost(loaded.accounts),
      ...judgeAway(seen, targets),
      {
        expectation: "every target stays healthy: /healthz does not ask the database",
        measured: `${downs.length} marked down`,
        pass: downs.length === 0,
      },
      limit("slowest answer", loaded.latencyMs.whole.max, slowestMs),
      limit("every target says it is back", backMs, backWithinMs),
    ],
    timeline: timeline({ target, targets, ...rest }, story),
  };
}

/** Waits until no target says any more that its database is away; when that was. */
function databaseBack(bench: Bench): Promise<number> {
  const url = new URL("/", bench.url).href;
  return waitFor<number>({
    what: "the database for every target",
    seconds: 30,
    everyMs: 100,
    look: async () => {
      const answers: JsonAnswer[] = [];
      while (answers.length < bench.outputs.targets.length) answers.push(await fetchJson(url));
      const away = answers.find(({ body }) => body?.database !== "up");
      return away ? { seen: JSON.stringify(away.body?.database ?? away.error) } : { value: now() };
    },
  });
}

/** Judges what the service said while its database was away. */
export function judgeAway({ pages, ready }: AwaySeen, targets: string[]): Judged[] {
  const saying = pages.filter(
    ({ status, body }) => status === 200 && String(body?.database).startsWith("down: "),
  );
  const who = new Set(saying.map(({ target }) => target));
  const not = ready.filter(({ status }) => status === 503);
  return [
    {
      expectation: "/ answers 200 on every target and says that the database is away",
      measured: `${saying.length} of ${pages.length} answers, of ${who.size} targets`,
      pass:
        pages.length > 0 &&
        saying.length === pages.length &&
        targets.every((name) => who.has(name)),
    },
    {
      expectation: "/readyz answers 503",
      measured: `${not.length} of ${ready.length} answers`,
      pass: ready.length > 0 && not.length === ready.length,
    },
  ];
}
