/** Numbers in [0, 1) that a seed repeats (mulberry32: 32 bits of state are plenty for picking). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Points of a span of time, in random order: one from each of `count` equal parts, so that few points
 * are spread as well as many.
 */
export function spreadPoints(count: number, random: () => number): number[] {
  const points = Array.from({ length: count }, (_, part) => (part + random()) / count);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [points[last], points[other]] = [points[other]!, points[last]!];
  }
  return points;
}
