import { APP_PORT, DATABASE_PORT } from "../../lib/stack/settings";
import { comingBack, failover, hangAndKill, healthChecks } from "./failures";
import { drainsOf } from "./history";
import { databaseAway, profilesCompared } from "./measurements";
import {
  busiest,
  evenlySpread,
  everyTargetHealthy,
  othersAnswered,
  type Seen,
  type Step,
} from "./seen";
import { unevenNodes } from "./uneven";

export interface Chapter {
  title: string;
  /** For somebody who reads, predicts and tries. */
  minutes: number;
  /** Its page in docs/lab. */
  file: string;
  judge: (seen: Seen) => Step[];
  /** Denied attempts are judged: reading them takes a look into every CT. */
  readsFlows?: boolean;
}

const roundRobin = (seen: Seen): Step[] => [everyTargetHealthy(seen), evenlySpread(seen)];

function drain(seen: Seen): Step[] {
  const drained = busiest(seen, drainsOf(seen));
  if (!drained) {
    return [{ done: false, text: "a target must be drained, and none was; ./lab drain app2" }];
  }
  const { target } = drained;
  return [
    { done: true, text: `${target} was drained` },
    ...othersAnswered(seen, drained, `./lab drain ${target}, then ./lab verify`),
    everyTargetHealthy(seen),
  ];
}

/** Attempts that must have been made, and turned away. */
const FORBIDDEN = [
  { from: "lb", to: "db", port: DATABASE_PORT },
  { from: "app1", to: "app2", port: APP_PORT },
];

function isolation({ denied = [] }: Seen): Step[] {
  return FORBIDDEN.map(({ from, to, port }) => {
    const done = denied.some((one) => one.from === from && one.to === to && one.port === port);
    const text = done
      ? `${from} asked ${to}:${port} and was turned away`
      : `${from} must ask ${to}:${port} and be turned away; ./lab reach ${from} ${to}:${port}`;
    return { done, text };
  });
}

/** In their order; a chapter's number is its place, from 1. */
export const CHAPTERS: readonly Chapter[] = [
  { title: "Round robin", minutes: 5, file: "1-round-robin.md", judge: roundRobin },
  { title: "Health checks", minutes: 8, file: "2-health-checks.md", judge: healthChecks },
  { title: "Failover", minutes: 10, file: "3-failover.md", judge: failover },
  { title: "Return", minutes: 5, file: "4-return.md", judge: comingBack },
  { title: "Hang and kill", minutes: 8, file: "5-hang-and-kill.md", judge: hangAndKill },
  { title: "Drain", minutes: 6, file: "6-drain.md", judge: drain },
  { title: "Isolation", minutes: 7, file: "7-isolation.md", judge: isolation, readsFlows: true },
  { title: "Uneven nodes", minutes: 7, file: "8-uneven-nodes.md", judge: unevenNodes },
  { title: "Database away", minutes: 8, file: "9-database-away.md", judge: databaseAway },
  { title: "Profiles compared", minutes: 8, file: "10-profiles.md", judge: profilesCompared },
];
