import { Problem } from "./problem";

/** Some of a list, and where the next ones begin. */
export interface Page<T> {
  items: T[];
  /** Undefined: these were the last. */
  next?: string;
}

/**
 * A part of a list. A marker is the place of its first item.
 *
 * @param problemCode AWS's code for a marker that nobody was given
 * @throws Problem for such a marker
 */
export function pageOf<T>(
  all: readonly T[],
  { marker, size }: { marker: string | undefined; size: number },
  problemCode = "ValidationError",
): Page<T> {
  const from = marker === undefined || marker === "" ? 0 : Number(marker);
  if (!Number.isInteger(from) || from < 0 || from > all.length) {
    throw new Problem(problemCode, `The marker ${JSON.stringify(marker)} is not valid`);
  }
  const to = from + size;
  return { items: all.slice(from, to), ...(to < all.length && { next: String(to) }) };
}
