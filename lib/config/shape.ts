/** What a value of the configuration must look like, before its contents are checked. */
export type Shape =
  | "text"
  | "number"
  | "boolean"
  | { list: Shape }
  /** An object: its keys, those that must be there first. */
  | { needed?: Record<string, Shape>; optional?: Record<string, Shape> }
  /** An object whose key `by` says which of the shapes it has. */
  | { by: string; cases: Record<string, Shape> };

/** Where a value does not have its shape, as sentences. */
export function shapeProblems(value: unknown, shape: Shape, path: string): string[] {
  const refuse = (wanted: string) => [`${path}: is ${JSON.stringify(value)}; give ${wanted}`];
  if (shape === "text") return typeof value === "string" ? [] : refuse("a text");
  if (shape === "number") return typeof value === "number" ? [] : refuse("a number");
  if (shape === "boolean") return typeof value === "boolean" ? [] : refuse("true or false");
  if ("list" in shape) {
    if (!Array.isArray(value)) return refuse("a list");
    return value.flatMap((one, i) => shapeProblems(one, shape.list, `${path}[${i}]`));
  }
  if (!isObject(value)) return refuse("an object");
  if ("by" in shape) {
    const kind = value[shape.by];
    const chosen = typeof kind === "string" ? shape.cases[kind] : undefined;
    if (chosen) return shapeProblems(value, chosen, path);
    const kinds = Object.keys(shape.cases).join(", ");
    return [`${path}.${shape.by}: is ${JSON.stringify(kind)}; choose ${kinds}`];
  }
  return objectProblems(value, shape, path);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectProblems(
  value: Record<string, unknown>,
  {
    needed = {},
    optional = {},
  }: { needed?: Record<string, Shape>; optional?: Record<string, Shape> },
  path: string,
): string[] {
  const known = { ...needed, ...optional };
  const keys = Object.keys(known);
  return [
    ...Object.keys(value)
      .filter((key) => !keys.includes(key))
      .map((key) => `${path}.${key}: is no key; there are ${keys.join(", ")}`),
    ...Object.keys(needed)
      .filter((key) => value[key] === undefined)
      .map((key) => `${path}.${key}: is missing; give it`),
    ...keys
      .filter((key) => value[key] !== undefined)
      .flatMap((key) => shapeProblems(value[key], known[key]!, `${path}.${key}`)),
  ];
}
