/** Stands for a value that a preview cannot know yet. Nothing is concluded from it. */
export const UNKNOWN = Symbol("unknown");

export type Plain = string | number | boolean | null | undefined | typeof UNKNOWN | Plain[] | Props;
export interface Props {
  [key: string]: Plain;
}

/**
 * Copies a resource's properties into plain values. Policies are given a proxy that throws at the
 * first unknown value, which would keep all that is known about the resource from being judged.
 */
export function plain(value: unknown): Plain {
  if (value === null || value === undefined) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (typeof value !== "object") return undefined;
  if (Array.isArray(value)) return Array.from(value.keys(), (i) => field(value, i));
  return Object.fromEntries(Object.keys(value).map((key) => [key, field(value, key)]));
}

/** Policies ask for the same properties again and again. */
const copies = new WeakMap<object, Props>();

/** The properties as an object; anything else counts as having none. */
export function propsOf(value: unknown): Props {
  if (typeof value !== "object" || value === null) return {};
  const kept = copies.get(value);
  if (kept) return kept;
  const own = asProps(plain(value));
  copies.set(value, own);
  return own;
}

export function asProps(value: Plain): Props {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

export function asList(value: Plain): Plain[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: Plain): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function asNumber(value: Plain): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function field(holder: object, key: string | number): Plain {
  try {
    return plain((holder as Record<string | number, unknown>)[key]);
  } catch (error) {
    // The class is internal to @pulumi/policy; its name is what other programs can rely on.
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return UNKNOWN;
    throw error;
  }
}
