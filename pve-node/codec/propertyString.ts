/**
 * Property strings: `name=eth0,bridge=vmbr0` or `local:8,size=8G`, where one key, the default key,
 * may stand without its name.
 */

/** What one key of a property string may hold. */
export interface PropertySpec {
  type: "string" | "integer" | "number" | "boolean";
  optional?: boolean;
  /** This key's value may stand without `key=`. */
  defaultKey?: boolean;
  /** Another spelling of the key; values are kept under `key`. */
  aliasOf?: string;
  enum?: readonly string[];
  pattern?: RegExp;
  /** What is wrong with a value of a format, without "invalid format - ". */
  format?: (value: string) => string | undefined;
  /** Text for a value that does not match `pattern`. @default - Proxmox's general one */
  patternText?: string;
  minimum?: number;
  maximum?: number;
}

export type PropertySchema = Record<string, PropertySpec>;

/** Values by key, still as text and already checked. */
export type Properties = Record<string, string>;

/** A property string that breaks its schema; the message is what Proxmox says. */
export class PropertyError extends Error {
  constructor(readonly details: string[]) {
    super(details.join("\n"));
  }
}

/** Yes and no as the configuration parser knows them; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (/^(1|on|yes|true)$/i.test(text)) return true;
  if (/^(0|off|no|false)$/i.test(text)) return false;
  return undefined;
}

function checkValue(key: string, value: string, spec: PropertySpec): string | undefined {
  const wrong = spec.format?.(value);
  // Texts of formats end with a line break there.
  if (wrong !== undefined) return `${key}: invalid format - ${wrong}\n`;
  if (spec.type === "boolean") {
    return parseBoolean(value) === undefined
      ? `${key}: type check ('boolean') failed - got '${value}'`
      : undefined;
  }
  if (spec.type !== "string") {
    const shape = spec.type === "integer" ? /^[+-]?\d+$/ : /^[+-]?\d+(\.\d+)?$/;
    if (!shape.test(value)) return `${key}: type check ('${spec.type}') failed - got '${value}'`;
    if (spec.minimum !== undefined && Number(value) < spec.minimum)
      return `${key}: value must have a minimum value of ${spec.minimum}`;
    if (spec.maximum !== undefined && Number(value) > spec.maximum)
      return `${key}: value must have a maximum value of ${spec.maximum}`;
  }
  if (spec.enum && !spec.enum.includes(value))
    return `${key}: value '${value}' does not have a value in the enumeration '${spec.enum.join(", ")}'`;
  if (spec.pattern && !spec.pattern.test(value))
    return `${key}: ${spec.patternText ?? "value does not match the regex pattern"}`;
  return undefined;
}

/**
 * Reads a property string.
 *
 * @throws PropertyError with one text per thing that is wrong.
 */
export function parseProperties(text: string, schema: PropertySchema): Properties {
  const result: Properties = {};
  const defaultKey = Object.keys(schema).find((key) => schema[key]?.defaultKey);
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const pair = /^\s*([^=]+?)\s*=\s*(.+)$/.exec(part);
    if (!pair && part.includes("="))
      throw new PropertyError(["missing key in comma-separated list property"]);
    let key = pair ? pair[1]! : defaultKey;
    const value = pair ? pair[2]! : part.trim();
    if (key === undefined)
      throw new PropertyError(["value without key, but schema does not define a default key"]);
    const spec = Object.hasOwn(schema, key) ? schema[key] : undefined;
    if (!spec)
      throw new PropertyError([
        `${key}: property is not defined in schema and the schema does not allow additional properties`,
      ]);
    key = spec.aliasOf ?? key;
    if (Object.hasOwn(result, key))
      throw new PropertyError([`duplicate key in comma-separated list property: ${key}`]);
    result[key] = spec.type === "boolean" ? (normalBoolean(value) ?? value) : value;
  }
  const wrong: string[] = [];
  for (const [key, value] of Object.entries(result)) {
    const problem = checkValue(key, value, schema[key]!);
    if (problem) wrong.push(problem);
  }
  for (const [key, spec] of Object.entries(schema)) {
    if (!spec.optional && !spec.aliasOf && !Object.hasOwn(result, key))
      wrong.push(`${key}: property is missing and it is not optional`);
  }
  if (wrong.length > 0) throw new PropertyError(wrong);
  return result;
}

function normalBoolean(value: string): string | undefined {
  const known = parseBoolean(value);
  return known === undefined ? undefined : known ? "1" : "0";
}

/** Prints as Proxmox does: the default key bare and first, then required keys, then the others, each sorted. */
export function printProperties(values: Properties, schema: PropertySchema): string {
  const rank = (key: string) => (schema[key]?.defaultKey ? 0 : schema[key]?.optional ? 2 : 1);
  return Object.keys(values)
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((key) => (rank(key) === 0 ? values[key]! : `${key}=${values[key]!}`))
    .join(",");
}
