/** Maps a value to a position on an axis. */
export interface Scale {
  (value: number): number;
  /** Round values inside the domain, for axes and grid. */
  ticks: number[];
}

/** From a domain onto pixels; about `count` ticks at 1, 2 or 5 times a power of ten. */
export function linear(domain: [number, number], range: [number, number], count = 6): Scale {
  const [low, high] = domain;
  const width = high - low || 1;
  const at = (value: number) => range[0] + ((value - low) / width) * (range[1] - range[0]);
  return Object.assign(at, { ticks: ticks(low, high, count) });
}

/** As `linear` over powers of ten; values below the domain's start are drawn at it. */
export function logarithmic(domain: [number, number], range: [number, number]): Scale {
  const [low, high] = domain.map(Math.log10) as [number, number];
  const at = (value: number) => {
    const share = (Math.log10(Math.max(value, domain[0])) - low) / (high - low || 1);
    return range[0] + share * (range[1] - range[0]);
  };
  const first = Math.ceil(low - 1e-9);
  const count = Math.floor(high + 1e-9) - first + 1;
  const powers = Array.from({ length: count }, (_, i) =>
    Number((10 ** (first + i)).toPrecision(1)),
  );
  return Object.assign(at, { ticks: powers });
}

function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // `+ 0` turns the negative zero of a domain that begins below it into zero.
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step) + 0);
}

const tidy = (value: number) => Number(value.toPrecision(12));
