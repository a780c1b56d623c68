/** What a round-robin test found. */
export interface RoundRobinVerdict {
  requests: number;
  /** Answers by target, every expected target included. */
  counts: Record<string, number>;
  /** Requests of other clients in the same rotation meanwhile. */
  otherRequests: number;
  /** How far a target's count may be from an equal share. */
  tolerance: number;
  even: boolean;
  /** The judgement in one sentence, with its tolerance. */
  verdict: string;
}

/**
 * Judges whether requests were spread evenly over the expected targets.
 *
 * Alone in the rotation, each target gets its share, rounded down or up. Each request of somebody
 * else takes a turn away from ours, at worst all of them at random; then three standard deviations
 * of a random spread are allowed, but never more than what the others can have taken.
 */
export function judgeRoundRobin(from: {
  /** Target of each answer, in order; undefined: an answer without its name. */
  answers: (string | undefined)[];
  targets: string[];
  otherRequests: number;
}): RoundRobinVerdict {
  const { answers, targets, otherRequests } = from;
  const requests = answers.length;
  const counts: Record<string, number> = Object.fromEntries(targets.map((name) => [name, 0]));
  let strangers = 0;
  for (const answer of answers) {
    if (answer !== undefined && answer in counts) counts[answer]!++;
    else strangers++;
  }
  const share = requests / targets.length;
  const uneven = Number.isInteger(share) ? 0 : 1;
  const random = 3 * Math.sqrt(requests * (1 / targets.length) * (1 - 1 / targets.length));
  const tolerance = Math.round((uneven + Math.min(otherRequests, random)) * 10) / 10;
  const farthest = Math.max(0, ...Object.values(counts).map((count) => Math.abs(count - share)));
  const even = targets.length > 0 && requests > 0 && strangers === 0 && farthest <= tolerance;
  const said = Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
  const others =
    otherRequests > 0 ? `; ${otherRequests} requests of other clients shared the rotation` : "";
  const unknown = strangers > 0 ? `; ${strangers} answers of no healthy target` : "";
  return {
    requests,
    counts,
    otherRequests,
    tolerance,
    even,
    verdict: `${even ? "even" : "uneven"}: ${said} of ${requests} (allowed: ±${tolerance} from ${Math.round(share * 10) / 10})${others}${unknown}`,
  };
}
