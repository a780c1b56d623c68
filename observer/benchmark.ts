/** One figure of a benchmark beside its bar. */
export interface Bar {
  what: string;
  /** NaN: it could not be measured. */
  measured: number;
  unit: string;
  /** The bar. A figure with neither bound only helps to understand the others. */
  atMost?: number;
  atLeast?: number;
}

/** True when the figure meets its bar, or has none. */
export function isMet({ measured, atMost, atLeast }: Bar): boolean {
  if (Number.isNaN(measured)) return false;
  return (
    (atMost === undefined || measured <= atMost) && (atLeast === undefined || measured >= atLeast)
  );
}

/** Rows of a table: what, measured, bar, met or missed. */
export function barRows(bars: readonly Bar[]): string[][] {
  return bars.map((bar) => {
    const { what, measured, unit, atMost, atLeast } = bar;
    const limit =
      atMost !== undefined
        ? `at most ${atMost}`
        : atLeast !== undefined
          ? `at least ${atLeast}`
          : "";
    const verdict = limit === "" ? "" : isMet(bar) ? "met" : "MISSED";
    return [what, `${Math.round(measured * 1000) / 1000} ${unit}`, limit, verdict];
  });
}
