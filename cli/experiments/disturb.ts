import { isProfileName, PROFILES } from "../../lib/haproxy/profiles";
import type { BalancerEvent } from "../../observer/balancerLog";
import { now, type ProbeRecord } from "../../observer/prober";
import type { Observed } from "../../observer/timeline";
import { type FaultSpec, formatFault } from "../faults/faultSpec";
import { faultFor, heal, inject, setState, stateCommand } from "../faults/faults";
import type { TargetOutput } from "../stack/outputs";
import { allHealthy, type Bench, pause, underLoad } from "./workbench";
import type { NodeClock } from "./balancerLog";

/** Something that is done to the lab and undone again. */
export interface Disturbance {
  /** In a word, e.g. `kill`. */
  action: string;
  /** What is run on the Proxmox node; undefined: nothing is. */
  command?: string;
  /** The targets that have a fault while it lasts. @default - none */
  broken?: string[];
  /** Does it. Returns when it began and ended, in our milliseconds. */
  begin(clock: NodeClock): Promise<{ from: number; to: number }>;
  end(): Promise<void>;
}

/** A fault repairs itself when this process dies in the middle. */
const safetySeconds = 300;

/** A fault on one target, or the same on several, one after the other. */
export function faultOn(bench: Bench, targets: TargetOutput[], spec: FaultSpec): Disturbance {
  const { ssh, outputs } = bench;
  const faults = targets.map((target) => ({ target, fault: faultFor(outputs, target, spec) }));
  return {
    action: formatFault(spec),
    broken: targets.map(({ name }) => name),
    command: faults.map(({ fault }) => fault.inject).join(" && "),
    async begin(clock) {
      const times = { from: Infinity, to: 0 };
      for (const { target, fault } of faults) {
        const at = await inject(ssh, target, { spec, fault, seconds: safetySeconds });
        times.from = Math.min(times.from, clock.ours(at.before));
        times.to = clock.ours(at.after);
      }
      return times;
    },
    async end() {
      for (const target of targets) await heal(ssh, outputs, target);
    },
  };
}

/** A drain by hand. */
export function drainOf(bench: Bench): Disturbance {
  const { ssh, outputs, target } = bench;
  return {
    action: "drain",
    command: stateCommand(outputs, target, "drain"),
    begin: () => timed(() => setState(ssh, outputs, target, "drain")),
    end: () => setState(ssh, outputs, target, "ready"),
  };
}

/** Runs a piece of work and tells when. */
export async function timed(work: () => Promise<void>): Promise<{ from: number; to: number }> {
  const from = now();
  await work();
  return { from, to: now() };
}

export interface DisturbOptions {
  /** Path of the requests of the load. @default - a page that needs no database */
  path?: string;
  /** Requests a second. @default - the bench's */
  rate?: number;
  /** How long it is left broken, in milliseconds. @default 6000 */
  duringMs?: number;
  /** How long the targets may take to be healthy again. */
  waitSeconds: number;
  /** Looks at it while it is broken. */
  whileBroken?(): Promise<void>;
  /** Looks at it after the repair, when every target is healthy. */
  whenHealed?(): Promise<void>;
}

const beforeMs = 3000;
const defaultDuringMs = 6000;
const afterMs = 2500;

/** Everything that is known of a disturbance afterwards. */
export interface Disturbed extends Observed {
  healAt: number;
  records: readonly ProbeRecord[];
  events: readonly BalancerEvent[];
  /** How many requests the schedule had. */
  due: number;
}

/** Normal traffic, the disturbance, its end, and normal traffic again. Undone whatever happens. */
export async function disturb(
  bench: Bench,
  disturbance: Disturbance,
  options: DisturbOptions,
): Promise<Disturbed> {
  const { target, outputs, rate } = bench;
  const { action, broken = [] } = disturbance;
  const { recording } = bench;
  const { duringMs = defaultDuringMs } = options;
  const quiet = (options.rate ?? rate) === 0;
  let at = { from: 0, to: 0 };
  let healAt = 0;
  const seen = await underLoad(bench, options, async (clock) => {
    bench.note("normal traffic");
    if (!quiet) await pause(bench, beforeMs);
    try {
      bench.note(action);
      at = { from: now(), to: now() };
      at = await disturbance.begin(clock);
      const faults = broken.map((name) => ({ target: name, fault: action }));
      recording.faults(faults, at.from);
      await Promise.all([pause(bench, duringMs), options.whileBroken?.()]);
    } finally {
      bench.note("repair");
      healAt = now();
      await disturbance.end();
      recording.faults([], now());
    }
    bench.note(`waiting for ${target.name}`);
    await allHealthy(bench, options.waitSeconds);
    await options.whenHealed?.();
    await pause(bench, quiet ? 500 : afterMs);
  });
  return {
    target: target.name,
    targets: outputs.targets.map(({ name }) => name),
    ...seen,
    faultAt: at.from,
    damagedAt: at.to,
    healAt,
  };
}

/**
 * How long a target is left broken, in milliseconds: at least so long, and until a profile's checks
 * have had the time to take it out.
 */
export function brokenMs(profile: string, least = defaultDuringMs): number {
  if (!isProfileName(profile)) return least;
  const { intervalMs, timeoutMs, unhealthyThreshold } = PROFILES[profile].healthCheck;
  return Math.max(least, unhealthyThreshold * (intervalMs + timeoutMs) + 3000);
}

/** How long a target may take to be healthy again under a profile. */
export const returnSeconds = (profile: string) => (profile === "alb-default" ? 200 : 60);
