import type { LiveRequest } from "../live/liveEvents";
import type { LiveSnapshot } from "../live/liveModel";

/** What the page is told, some times a second. */
export interface LiveMessage {
  snapshot: LiveSnapshot;
  /** Requests that have ended since the last message; a sample where there were many. */
  dots: LiveRequest[];
  /** How many requests one dot stands for. */
  dotStands: number;
}

/** Things that a page always knows. */
export interface PageFacts {
  stack: string;
  /** Where requests go. */
  url: string;
  /** Requests per second that are sent for this page. */
  rate: number;
  targets: string[];
  /** Nothing can be broken or drained from the page. */
  readonly: boolean;
}

/** Picks at most so many requests, evenly, but every failed one first. */
export function sampled(
  requests: readonly LiveRequest[],
  most: number,
): { dots: LiveRequest[]; dotStands: number } {
  if (requests.length <= most) return { dots: [...requests], dotStands: 1 };
  const failed = requests.filter(({ ok }) => !ok).slice(0, most);
  const good = requests.filter(({ ok }) => ok);
  const room = most - failed.length;
  const step = room > 0 ? good.length / room : Infinity;
  const chosen = Array.from(
    { length: Math.min(room, good.length) },
    (_, i) => good[Math.floor(i * step)]!,
  );
  return { dots: [...failed, ...chosen], dotStands: Math.round(requests.length / most) };
}
