import type { SetWeight } from "../anomalies";
import { Incidents, type Incident } from "./incidents";
import {
  type LiveEvent,
  type LiveRequest,
  type LiveTrouble,
  madeAgain,
  type TargetLook,
} from "./liveEvents";
import { figures, type Figures, type LiveSeries, RequestWindow } from "./requestWindow";
import { checkPassed } from "./targetLooks";

/** One target as a view shows it. */
export interface LiveTarget extends Figures {
  name: string;
  /** As the load balancer says; `unknown`: it has not answered yet. */
  state: TargetLook["state"] | "unknown";
  reason: string | null;
  check: string;
  detail: string;
  /** Since when it is in this state, milliseconds since the epoch; undefined: not known yet. */
  since?: number;
  /** Part of the answered requests in the window, 0 to 1; null: none was answered. */
  share: number | null;
  /** Part that it should have, by the weights of the targets that may have requests. */
  ideal: number;
  weight: number;
  /** Who reduced its weight, and why. */
  setWeight?: SetWeight;
  /** The last checks as they were read once a second, newest last: passed or not. */
  checks: boolean[];
  /** Faults in force on it. */
  faults: string[];
  /** Attempts that were made again, of all clients, since the view began. */
  retried: number;
  /** Requests of all clients in a second, as the load balancer counts them. */
  rate: number;
  /** Requests that failed with an answer of it, since the view began. */
  lost: number;
}

/** Everything a view shows at one moment. */
export interface LiveSnapshot {
  at: number;
  startedAt: number;
  /** The window that figures speak of, in milliseconds. */
  windowMs: number;
  window: Figures;
  totals: { sent: number; failed: number; retried: number };
  /** Of the requests since the view began: how many may fail, and how many did. */
  budget: { objective: number; allowed: number; used: number };
  targets: LiveTarget[];
  /** Newest first. */
  incidents: Incident[];
  series: LiveSeries;
  /** The newest requests first, for dots and lists. */
  recent: LiveRequest[];
  /** The last requests that were lost, newest first. */
  losses: LiveRequest[];
  troubles: { source: string; since: number; error: string }[];
  /** The command that measures, for which the view's own requests are held back. */
  heldBackFor?: string;
}

export interface LiveOptions {
  targets: string[];
  startedAt: number;
  /** @default 10000 */
  windowMs?: number;
  /** Part of the requests that should succeed. @default 0.999 */
  objective?: number;
}

const SERIES = { stepMs: 500, buckets: 120 };
const CHECKS = 20;
const CHECK_EVERY_MS = 1000;
const RECENT = 60;
const LOSSES = 8;

/** Puts together what the prober and the load balancer see, for every view of a lab. No clock of its own. */
export class LiveModel {
  private readonly window = new RequestWindow(SERIES.stepMs * SERIES.buckets + 1000);
  private readonly incidents = new Incidents();
  private readonly totals = { sent: 0, failed: 0, retried: 0 };
  private readonly lost: Record<string, number> = {};
  private readonly checks: Record<string, boolean[]> = {};
  private readonly since: Record<string, number> = {};
  private readonly rates: Record<string, number> = {};
  private readonly retried: Record<string, number> = {};
  private losses: LiveRequest[] = [];
  private faults: { target: string; fault: string }[] = [];
  private looks = new Map<string, TargetLook>();
  private lookAt = 0;
  private checkAt = 0;
  private troubles = new Map<string, { since: number; error: string }>();
  private heldBackFor: string | undefined;

  constructor(private readonly options: LiveOptions) {}

  take(event: LiveEvent): void {
    switch (event.kind) {
      case "request":
        return this.request(event);
      case "look":
        return this.look(event.targets, event.at);
      case "faults":
        this.faults = event.faults;
        return this.incidents.faults(event.faults, event.at);
      case "trouble":
        return this.trouble(event);
      case "held":
        this.heldBackFor = event.command;
    }
  }

  snapshot(at: number): LiveSnapshot {
    const { targets, startedAt, windowMs = 10_000, objective = 0.999 } = this.options;
    this.window.forget(at);
    const inWindow = this.window.last(windowMs, at);
    const answered = inWindow.filter(({ target }) => target !== undefined).length;
    const weights = targets.map((name) => usableWeight(this.looks.get(name)));
    const weightsSum = weights.reduce((sum, weight) => sum + weight, 0);
    return {
      at,
      startedAt,
      windowMs,
      window: figures(inWindow),
      totals: { ...this.totals },
      budget: {
        objective,
        allowed: this.totals.sent * (1 - objective),
        used: this.totals.failed,
      },
      targets: targets.map((name, index) => {
        const own = inWindow.filter(({ target }) => target === name);
        const ideal = weightsSum === 0 ? 0 : weights[index]! / weightsSum;
        const share = answered === 0 ? null : own.length / answered;
        return { ...this.target(name), ...figures(own), share, ideal };
      }),
      incidents: this.incidents.all.map((one) => ({ ...one })).reverse(),
      series: this.window.series(SERIES.stepMs, SERIES.buckets, at),
      recent: this.window.newest(RECENT),
      losses: this.losses,
      troubles: [...this.troubles].map(([source, one]) => ({ source, ...one })),
      ...(this.heldBackFor !== undefined && { heldBackFor: this.heldBackFor }),
    };
  }

  private target(name: string) {
    const look = this.looks.get(name);
    return {
      name,
      state: look?.state ?? ("unknown" as const),
      reason: look?.reason ?? null,
      check: look?.check ?? "",
      detail: look?.detail ?? "",
      weight: look?.weight ?? 0,
      ...(look?.setWeight && { setWeight: look.setWeight }),
      since: this.since[name],
      checks: [...(this.checks[name] ?? [])],
      faults: this.faults.filter(({ target }) => target === name).map(({ fault }) => fault),
      retried: this.retried[name] ?? 0,
      rate: this.rates[name] ?? 0,
      lost: this.lost[name] ?? 0,
    };
  }

  private request(request: LiveRequest): void {
    this.window.add(request);
    this.totals.sent++;
    if (!request.ok) {
      this.totals.failed++;
      this.losses = [request, ...this.losses].slice(0, LOSSES);
      if (request.target !== undefined) {
        this.lost[request.target] = (this.lost[request.target] ?? 0) + 1;
      }
    }
    this.incidents.request(request);
  }

  private look(targets: readonly TargetLook[], at: number): void {
    const checkIsDue = at - this.checkAt >= CHECK_EVERY_MS;
    if (checkIsDue) this.checkAt = at;
    for (const look of targets) {
      const before = this.looks.get(look.name);
      if (before?.state !== look.state) {
        this.since[look.name] = before ? at : at - look.stateSeconds * 1000;
      }
      if (before) this.count(before, look, at);
      if (checkIsDue) {
        const passed = checkPassed(look);
        const checks = (this.checks[look.name] ??= []);
        if (passed !== undefined) checks.push(passed);
        if (checks.length > CHECKS) checks.shift();
      }
      this.looks.set(look.name, look);
    }
    this.lookAt = at;
    this.incidents.look(targets, at);
  }

  /** Counters that are smaller than before began anew: the load balancer was reloaded. */
  private count(before: TargetLook, look: TargetLook, at: number): void {
    const { name } = look;
    const seconds = Math.max(0.001, (at - this.lookAt) / 1000);
    const now = Math.max(0, look.requests - before.requests) / seconds;
    // Smoothed over some two seconds, for looks come four times a second.
    this.rates[name] = (this.rates[name] ?? now) * 0.85 + now * 0.15;
    const retried = Math.max(0, madeAgain(look) - madeAgain(before));
    this.retried[name] = (this.retried[name] ?? 0) + retried;
    this.totals.retried += retried;
  }

  private trouble({ source, error, at }: LiveTrouble): void {
    if (error === undefined) this.troubles.delete(source);
    else this.troubles.set(source, { since: this.troubles.get(source)?.since ?? at, error });
  }
}

const usableWeight = (look: TargetLook | undefined) =>
  look?.state === "healthy" || look?.state === "initial" ? look.weight : 0;
