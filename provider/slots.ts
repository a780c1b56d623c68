/**
 * Bounds how much goes on at a time: of the work given to the result at most `count` pieces run, the others
 * wait in the order they came. A piece that fails gives its place back.
 *
 * @param count 1 or more
 */
export function slots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A place goes from hand to hand, so that nobody who comes now overtakes.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
