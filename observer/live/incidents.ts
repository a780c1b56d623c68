import { type LiveFault, type LiveRequest, madeAgain, type TargetLook } from "./liveEvents";
import { whyOut } from "./targetLooks";

/** A time in which a target was broken, drained, or out of the rotation. Times: milliseconds since the epoch. */
export interface Incident {
  /** Counts up from 1. */
  id: number;
  target: string;
  /** When its first sign was seen: the fault, a lost request, or the change of its state. */
  startedAt: number;
  /** The fault that `./lab fault` injected, e.g. `kill`. */
  fault?: string;
  faultAt?: number;
  /** When the load balancer took it out; undefined: it is in the rotation still. */
  outAt?: number;
  /** It was drained by hand; undefined: its checks or its requests failed. */
  drained?: true;
  /** Why it is out, for people. */
  why?: string;
  /** AWS's reason code. */
  reason?: string;
  /** When it was in the rotation again. */
  backAt?: number;
  /** When it was over; undefined: it goes on. */
  endedAt?: number;
  /** Requests that clients lost meanwhile. */
  lost: number;
  /** Attempts that were made again meanwhile, of all clients: failures that they did not see. */
  masked: number;
}

/** Requests that failed so many milliseconds before a target was out belong to it. */
const BEFORE_MS = 10_000;
/** A fault that ended, and a target that is back, may show in requests a little later. */
const AFTER_MS = 1000;
const KEPT = 50;

/** Follows every target from its first sign of trouble until it serves again. */
export class Incidents {
  readonly all: Incident[] = [];
  private losses: Counted[] = [];
  private retries: Counted[] = [];
  private retried: number | undefined;
  private seen = new Map<string, TargetLook>();
  private healed = new Set<number>();
  private ids = 0;

  /** The one of a target that goes on. */
  openOf(target: string): Incident | undefined {
    return this.all.find((one) => one.target === target && one.endedAt === undefined);
  }

  request({ ok, at, sentAt, target }: LiveRequest): void {
    if (ok) return;
    this.losses.push({ at, count: 1, target });
    forget(this.losses, at);
    for (const one of this.all) {
      // An error that a target answered is its own; one of no target may be any's that is broken.
      const belongs = target === undefined || target === one.target;
      if (belongs && sentAt <= (one.endedAt ?? Infinity) + AFTER_MS) one.lost++;
    }
  }

  look(targets: readonly TargetLook[], at: number): void {
    this.countMasked(targets, at);
    for (const look of targets) {
      const before = this.seen.get(look.name);
      this.seen.set(look.name, look);
      const out = isOut(look);
      let open = this.openOf(look.name);
      if (out && open?.outAt === undefined) {
        // The first look tells of a change that was before it.
        const outAt = before ? at : at - look.stateSeconds * 1000;
        open ??= this.open(look.name, this.firstSign(outAt));
        open.outAt = outAt;
        delete open.backAt;
      }
      if (out && open) explain(open, look);
      if (!out && open?.outAt !== undefined && open.backAt === undefined) open.backAt = at;
      this.endWhenOver(open, at);
    }
  }

  faults(faults: readonly LiveFault[], at: number): void {
    for (const { target, fault, since } of faults) {
      const open = this.openOf(target) ?? this.open(target, since);
      open.startedAt = Math.min(open.startedAt, since);
      open.fault = fault;
      open.faultAt = since;
    }
    for (const open of this.all.filter(({ endedAt }) => endedAt === undefined)) {
      const stays = faults.some(({ target }) => target === open.target);
      if (!stays && open.faultAt !== undefined) this.healed.add(open.id);
      this.endWhenOver(open, at);
    }
  }

  /** It is over when its fault was undone and the target is in the rotation. */
  private endWhenOver(open: Incident | undefined, at: number): void {
    if (!open || open.endedAt !== undefined) return;
    const look = this.seen.get(open.target);
    const broken = open.faultAt !== undefined && !this.healed.has(open.id);
    if (broken || !look || isOut(look)) return;
    open.endedAt = open.backAt ?? at;
    this.healed.delete(open.id);
  }

  private open(target: string, startedAt: number): Incident {
    const before = (counts: Counted[]) =>
      counts
        .filter((one) => one.at >= startedAt && (one.target ?? target) === target)
        .reduce((sum, { count }) => sum + count, 0);
    const [lost, masked] = [before(this.losses), before(this.retries)];
    const incident = { id: ++this.ids, target, startedAt, lost, masked };
    this.all.push(incident);
    if (this.all.length > KEPT) this.all.shift();
    return incident;
  }

  /** A lost request or a retry that stands shortly before, and after what was before that. */
  private firstSign(outAt: number): number {
    const former = this.all.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), 0);
    const from = Math.max(outAt - BEFORE_MS, former + AFTER_MS);
    const signs = [...this.losses, ...this.retries].map(({ at }) => at);
    return Math.min(outAt, ...signs.filter((at) => at >= from));
  }

  /** Counters begin anew when the load balancer is reloaded. */
  private countMasked(targets: readonly TargetLook[], at: number): void {
    const total = targets.reduce((sum, look) => sum + madeAgain(look), 0);
    const count = Math.max(0, this.retried === undefined ? 0 : total - this.retried);
    this.retried = total;
    if (count === 0) return;
    this.retries.push({ at, count });
    forget(this.retries, at);
    for (const one of this.all) {
      if (at <= (one.endedAt ?? Infinity) + AFTER_MS) one.masked += count;
    }
  }
}

/** Something that was counted at a moment, of one target or of none in particular. */
interface Counted {
  at: number;
  count: number;
  target?: string;
}

function forget(counts: Counted[], at: number): void {
  const keep = counts.findIndex((one) => one.at > at - BEFORE_MS);
  counts.splice(0, Math.max(0, keep));
}

const isOut = ({ state }: TargetLook) => state !== "healthy" && state !== "initial";

/** A failed request takes a target out before a check does: the check that follows says more. */
function explain(open: Incident, look: TargetLook): void {
  if (look.state === "draining") {
    open.drained = true;
    open.why ??= "somebody drained it: it gets no new requests";
    open.reason ??= look.reason ?? undefined;
    return;
  }
  if (look.state === "unhealthy" && open.drained) delete open.drained;
  const known = open.why !== undefined && !/\(HANA\)|drained/.test(open.why);
  if (known) return;
  open.why = whyOut(look);
  if (look.reason !== null) open.reason = look.reason;
}
