import { parameterError } from "../errors";
import { checkFormat, isListFormat } from "./formats";
import type { RawParams } from "./parameters";
import type { ParamSchema, Route } from "../contract";

export interface Verified {
  params: Record<string, string | number | boolean>;
  empty: Set<string>;
}

/**
 * Checks and types the parameters of a call.
 * @throws PveError 400 with one text per wrong parameter
 */
export function verify(
  route: Pick<Route, "params" | "patterns">,
  uri: Record<string, string>,
  raw: RawParams,
): Verified {
  // Maps, not objects: a parameter may be called `constructor` or `__proto__`.
  const schemas = new Map(Object.entries(route.params ?? {}));
  for (const name of Object.keys(uri)) {
    if (!schemas.has(name)) schemas.set(name, { type: "string" });
  }
  const merged = mergeUri(uri, raw);

  const errors = new Map<string, string>();
  const params = new Map<string, string | number | boolean>();
  const empty = new Set<string>();
  for (const [name, values] of merged) {
    const schema = schemas.get(name) ?? route.patterns?.find((p) => p.match.test(name))?.schema;
    if (!schema) {
      errors.set(
        name,
        "property is not defined in schema and the schema does not allow additional properties",
      );
    } else {
      if (values.every((value) => value === "")) empty.add(name);
      const result = checkValue(schema, values, name);
      if ("wrong" in result) errors.set(name, result.wrong);
      else params.set(name, result.value);
    }
  }
  for (const [name, schema] of schemas) {
    if (params.has(name) || errors.has(name)) continue;
    if (schema.default !== undefined) params.set(name, schema.default);
    else if (!schema.optional) errors.set(name, "property is missing and it is not optional");
  }
  for (const [name, { requires }] of schemas) {
    if (requires === undefined || !params.has(name)) continue;
    if (params.has(requires) || errors.has(requires)) continue;
    errors.set(requires, `missing property - '${name}' requires this property`);
  }
  if (errors.size > 0) throw parameterError(Object.fromEntries(errors));
  return { params: Object.fromEntries(params), empty };
}

function mergeUri(uri: Record<string, string>, raw: RawParams): RawParams {
  const merged: RawParams = new Map(raw);
  for (const [name, value] of Object.entries(uri)) {
    const values = raw.get(name) ?? [];
    if (values.some((v) => v !== value)) {
      throw parameterError({
        [name]: "duplicate parameter (already defined in URI) with conflicting values!",
      });
    }
    merged.set(name, [value]);
  }
  return merged;
}

type Result = { value: string | number | boolean } | { wrong: string };

function checkValue(schema: ParamSchema, values: string[], name: string): Result {
  let text = values[0] ?? "";
  if (values.length > 1) {
    if (!isListFormat(schema.format)) {
      return { wrong: `type check ('${schema.type}') failed - got ARRAY` };
    }
    text = values.join(",");
  }
  const typed = typedValue(schema, text);
  if (typed === undefined) return { wrong: `type check ('${schema.type}') failed - got '${text}'` };
  // In this order: the first thing that is wrong is said, as in Proxmox's own verifier.
  const wrong =
    formatError(schema, text, name) ??
    limitError(schema, text, typed) ??
    controlError(schema, text);
  if (wrong === undefined) return { value: typed };
  // Proxmox's texts of formats end with a line break, those of limits do not.
  return { wrong: wrong.startsWith("invalid format - ") ? `${wrong}\n` : wrong };
}

function typedValue(schema: ParamSchema, text: string): string | number | boolean | undefined {
  switch (schema.type) {
    case "boolean":
      return text === "1" ? true : text === "0" ? false : undefined;
    case "integer":
      return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
    case "number":
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
    case "string":
      return text;
  }
}

function formatError(schema: ParamSchema, text: string, name: string): string | undefined {
  if (schema.format) {
    const wrong = checkFormat(schema.format, text);
    if (wrong) return wrong;
  }
  const wrong = schema.check?.(text, name);
  if (wrong) return wrong;
  if (schema.pattern && !schema.pattern.test(text)) return "value does not match the regex pattern";
  return undefined;
}

function limitError(
  schema: ParamSchema,
  text: string,
  value: string | number | boolean,
): string | undefined {
  const length = [...text].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    return `value may only be ${schema.maxLength} characters long`;
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    return `value must be at least ${schema.minLength} characters long`;
  }
  if (typeof value === "number") {
    if (schema.maximum !== undefined && value > schema.maximum) {
      return `value must have a maximum value of ${schema.maximum}`;
    }
    if (schema.minimum !== undefined && value < schema.minimum) {
      return `value must have a minimum value of ${schema.minimum}`;
    }
  }
  if (schema.enum && !schema.enum.includes(text)) {
    return `value '${text}' does not have a value in the enumeration '${schema.enum.join(", ")}'`;
  }
  return undefined;
}

/** Line breaks, tabs and their like. A list may be separated by them; its items are checked. */
const CONTROL = /\p{Cc}/u;

const controlError = (schema: ParamSchema, text: string): string | undefined =>
  !schema.multiline && !isListFormat(schema.format) && CONTROL.test(text)
    ? "invalid format - value contains control characters"
    : undefined;
