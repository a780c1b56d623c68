/** A package schema as the plugins' generators write it, as far as it is handled here. */
export interface Schema {
  resources?: Record<string, unknown>;
  functions?: Record<string, unknown>;
  types?: Record<string, unknown>;
  [key: string]: unknown;
}

// Read by people, by code generators and by documentation tools: not by a running plugin.
const unused = new Set([
  "description",
  "deprecationMessage",
  "language",
  "attribution",
  "keywords",
]);

/** Names of properties are data: a property called "description" must stay. */
const maps = new Set(["properties", "inputProperties", "variables"]);

function withoutTexts(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((v) => withoutTexts(v));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isMap || !unused.has(key))
      .map(([key, v]) => [key, withoutTexts(v, !isMap && maps.has(key))]),
  );
}

/**
 * Reduces a schema to what a running plugin needs and writes it with one line for each resource,
 * function and type, so that a new version of a provider gives a diff that can be read.
 */
export function reduceSchema(schema: Schema): string {
  const groups = ["types", "resources", "functions"] as const;
  const head = Object.entries(schema).filter(
    ([key]) => !unused.has(key) && !(groups as readonly string[]).includes(key),
  );
  const lines = head.map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(withoutTexts(v))}`);
  for (const group of groups) {
    const members = Object.entries(schema[group] ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([token, v]) => `  ${JSON.stringify(token)}: ${JSON.stringify(withoutTexts(v))}`);
    lines.push(`"${group}": {\n${members.join(",\n")}\n}`);
  }
  return `{\n${lines.join(",\n")}\n}\n`;
}
