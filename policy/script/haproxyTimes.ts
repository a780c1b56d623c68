const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  "": 1,
  s: 1000,
  m: 60_000,
  h: 3.6e6,
  d: 8.64e7,
};

/** HAProxy's spelling of a time, in milliseconds. Anything else counts as endless. */
export function milliseconds(text: string): number {
  const [, number, unit = ""] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  return number === undefined ? Infinity : Number(number) * (UNITS[unit] ?? Infinity);
}
