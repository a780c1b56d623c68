import type { LiveSnapshot } from "../../observer/live/liveModel";
import { clock, headline } from "../../observer/live/words";
import { stateOf } from "../../observer/view/states";

const everyMs = 5000;

/** What is printed where there is no terminal: a line when something changes, and one now and then. */
export class PrintedLines {
  private title = "";
  private at = -Infinity;

  next(snapshot: LiveSnapshot): string | undefined {
    const { at, targets, window, windowMs, totals } = snapshot;
    const { title, text } = headline(snapshot);
    if (title !== this.title) {
      this.title = title;
      this.at = at;
      return `${clock(at)} ${title}. ${text}`;
    }
    if (at - this.at < everyMs) return undefined;
    this.at = at;
    const shares = targets.map((target) => {
      const share = target.share === null ? "–" : `${Math.round(target.share * 100)} %`;
      return `${target.name} ${stateOf(target).word} ${share}`;
    });
    const rate = Math.round(window.sent / (windowMs / 1000));
    const latency = `p50 ${window.p50 ?? "–"} ms, p95 ${window.p95 ?? "–"} ms, p99 ${window.p99 ?? "–"} ms`;
    return `${clock(at)} ${shares.join(", ")}; ${rate}/s, ${latency}; ${totals.failed} lost, ${totals.retried} hidden by retries`;
  }
}
