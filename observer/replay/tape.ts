import type { LiveEvent, LiveRequest } from "../live/liveEvents";
import { LiveModel, type LiveSnapshot } from "../live/liveModel";
import type { Recording } from "./recording";

/** Goes to any moment of a recording, forward and back. */
export class Tape {
  /** The first look at the load balancer: before it nothing is known. */
  readonly fromAt: number;
  readonly toAt: number;
  /** Of each event: how many requests of the same target were before it. */
  private readonly ordinals: number[];
  private model: LiveModel;
  private next = 0;
  private at: number;

  constructor(private readonly recording: Recording) {
    const { header, events } = recording;
    this.fromAt = events.find(({ kind }) => kind === "look")?.at ?? header.startedAt;
    this.ordinals = ordinals(recording);
    this.toAt = Math.max(this.fromAt + 1, events.at(-1)?.at ?? 0);
    this.model = this.fresh();
    this.at = this.fromAt;
  }

  /** Requests a second, on the average: an experiment may send as fast as it is answered. */
  rate(): number {
    const count = this.recording.events.filter(({ kind }) => kind === "request").length;
    return (count * 1000) / (this.toAt - this.recording.header.startedAt);
  }

  /** What was to be seen then. Going back begins anew: the model only goes forward. */
  seek(at: number): LiveSnapshot {
    if (at < this.at) {
      this.model = this.fresh();
      this.next = 0;
    }
    const { events } = this.recording;
    for (; this.next < events.length && events[this.next]!.at <= at; this.next++) {
      this.model.take(events[this.next]!);
    }
    this.at = at;
    return this.model.snapshot(at);
  }

  /** Requests that ended between two moments: every lost one, and every n-th of each target's others. */
  requests(after: number, until: number, every: number): LiveRequest[] {
    const { events } = this.recording;
    const found: LiveRequest[] = [];
    for (let i = firstAfter(events, after); i < events.length && events[i]!.at <= until; i++) {
      const event = events[i]!;
      if (event.kind === "request" && (!event.ok || this.ordinals[i]! % every === 0))
        found.push(event);
    }
    return found;
  }

  private fresh(): LiveModel {
    const { targets, startedAt } = this.recording.header;
    return new LiveModel({ targets, startedAt });
  }
}

/** Targets take turns: every n-th of all would be the same target's for a while. Each begins elsewhere. */
function ordinals({ header, events }: Recording): number[] {
  const counts = new Map(header.targets.map((name, i) => [name, i]));
  return events.map((event) => {
    if (event.kind !== "request" || event.target === undefined) return 0;
    const count = counts.get(event.target) ?? 0;
    counts.set(event.target, count + 1);
    return count;
  });
}

/** The place of the first event after a moment. */
function firstAfter(events: readonly LiveEvent[], at: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
