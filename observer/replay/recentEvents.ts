import type { LiveEvent } from "../live/liveEvents";

/** The events of the last so many milliseconds, and what was in force when they began. */
export class RecentEvents {
  private events: LiveEvent[] = [];
  /** Of what lasts, the newest event that was forgotten: it is in force still. */
  private readonly before = new Map<string, LiveEvent>();

  constructor(
    private readonly keepMs: number,
    private readonly startedAt: number,
  ) {}

  take(event: LiveEvent): void {
    this.events.push(event);
    // Not each time: forgetting moves all the others.
    const oldest = this.events[0]!;
    if (event.at - oldest.at > this.keepMs * 1.1) this.forget(event.at - this.keepMs);
  }

  /** From when on there is something, and what there is. */
  last(at: number): { startedAt: number; events: LiveEvent[] } {
    this.forget(at - this.keepMs);
    const startedAt = Math.max(this.startedAt, at - this.keepMs);
    const inForce = [...this.before.values()].map((event) => ({ ...event, at: startedAt }));
    return { startedAt, events: [...inForce, ...this.events] };
  }

  private forget(before: number): void {
    const first = this.events.findIndex(({ at }) => at >= before);
    const forgotten = this.events.splice(0, first < 0 ? this.events.length : first);
    for (const event of forgotten) {
      if (event.kind === "trouble") this.before.set(`trouble ${event.source}`, event);
      else if (event.kind !== "request") this.before.set(event.kind, event);
    }
  }
}
