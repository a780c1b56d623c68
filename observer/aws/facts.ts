import type { Settings } from "../../lib/stack/settings";
import type { SetWeight } from "../anomalies";
import type { StatRow } from "../targetHealth";
import type { MetricStore } from "./cloudwatch/metricStore";

/** What is known of a CT from the Proxmox node. */
export interface GuestFact {
  /** Proxmox's word: `running`, `stopped`. */
  status: string;
  /** Undefined: it does not run. */
  uptimeSeconds?: number;
}

/** Everything that answers are made of, at one moment. */
export interface AwsFacts {
  stack: string;
  settings: Settings;
  /** Milliseconds since the epoch. */
  at: number;
  /** HAProxy's `show stat`; undefined: it does not answer. */
  stats?: readonly StatRow[];
  /** Weights that are not the configuration's; undefined: no target group mitigates anomalies. */
  weights?: readonly SetWeight[];
  /** By vmid; one that is not there is not known (yet). */
  guests: ReadonlyMap<number, GuestFact>;
  /** Whether PostgreSQL takes connections; undefined: not known. */
  databaseAnswers?: boolean;
  metrics: MetricStore;
}
