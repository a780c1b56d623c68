/** What an action answers, whatever protocol it travels by. Members without a value are left out. */
export type Document = { readonly [member: string]: Value };

export type Value = string | number | boolean | Date | undefined | Items | Document | Values;
export type Values = readonly Value[];

/** A list whose XML elements have a name of their own; other lists have the protocol's. */
export class Items {
  constructor(
    readonly element: string,
    readonly values: Values,
  ) {}
}

/** A list, whatever its elements are called in XML. */
export function valuesOf(value: Value): Values | undefined {
  if (value instanceof Items) return value.values;
  return Array.isArray(value) ? (value as Values) : undefined;
}

/** The members that have a value. */
export function membersOf(document: Document): [string, Value][] {
  return Object.entries(document).filter(([, value]) => value !== undefined);
}
