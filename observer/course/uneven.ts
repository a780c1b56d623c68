import { percentile } from "../account";
import { countsOf, EACH, everyTargetHealthy, listed, type Seen, type Step } from "./seen";

/** Longer than a busy machine delays an answer, and shorter than what the chapter asks for. */
const LATE_MS = 200;

/** A target that is slow passes its checks, and round robin does not ask how long answers take. */
export function unevenNodes(seen: Seen): Step[] {
  const answered = seen.requests.filter(({ target }) => target !== undefined);
  const late = (name: string) =>
    answered.filter(({ target, tookMs }) => target === name && tookMs >= LATE_MS);
  const slow = seen.targets.find(({ name }) => late(name).length >= EACH)?.name;
  if (slow === undefined) {
    const text =
      `${EACH} answers of one target must be late by ${LATE_MS} ms or more, and none has so many; ` +
      "./lab fault app3 slow=400ms, then ./lab verify";
    return [{ done: false, text }];
  }
  const own = late(slow);
  const from = own[0]!.at;
  const to = own.at(-1)!.at;
  // The first late one may be the last of a round: one more or less is even.
  const meanwhile = answered.filter(({ at }) => at >= from && at <= to);
  const counts = countsOf(seen, meanwhile);
  const all = counts.map(({ count }) => count);
  const even = Math.max(...all) - Math.min(...all) <= 1;
  const others = meanwhile.filter(({ target }) => target !== slow);
  return [
    {
      done: true,
      text: `${slow} answered ${own.length} requests late, in ${middle(own)} ms; the others in ${middle(others)} ms`,
    },
    {
      done: even,
      text: even
        ? `it had its share all the same: ${listed(counts)}`
        : `the targets must share the requests evenly meanwhile, but it was ${listed(counts)}; ./lab verify once more`,
    },
    everyTargetHealthy(seen),
  ];
}

function middle(requests: readonly { tookMs: number }[]): number {
  const sorted = requests.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return percentile(sorted, 0.5) ?? 0;
}
