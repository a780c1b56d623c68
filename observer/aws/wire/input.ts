import { invalid } from "./problem";
import type { Input } from "./query";

/** A text that may be given. @throws Problem when it is something else */
export function textOf(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalid(`${name} must be text`);
  return value;
}

/** A text that must be given. @throws Problem when it is not */
export function neededText(input: Input, name: string): string {
  const value = textOf(input, name);
  if (value === undefined || value === "") throw invalid(`${name} is missing; give it`);
  return value;
}

/** A list of texts; undefined when the caller gives none. @throws Problem when it is something else */
export function textsOf(input: Input, name: string): string[] | undefined {
  const value = input[name];
  // Botocore sends an empty list as a name without a value.
  if (value === undefined || value === null || value === "") return undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) {
    throw invalid(`${name} must be a list of texts`);
  }
  return value.length === 0 ? undefined : value;
}

/** A list of structures; empty when the caller gives none. @throws Problem when it is something else */
export function structuresOf(input: Input, name: string): Input[] {
  const value = input[name] ?? [];
  if (value === "") return [];
  if (!Array.isArray(value) || !value.every(isStructure)) {
    throw invalid(`${name} must be a list of structures`);
  }
  return value;
}

export const isStructure = (value: unknown): value is Input =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A whole number, which the query protocol sends as text. @throws Problem when it is none, or out of range */
export function integerOf(
  input: Input,
  name: string,
  { min, max }: { min: number; max: number },
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < min || number > max) {
    throw invalid(
      `${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(value)}`,
    );
  }
  return number;
}

/** A time in milliseconds since the epoch: ISO 8601, seconds, or a date. @throws Problem when it is none */
export function timeOf(input: Input, name: string): number {
  const value = input[name];
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number" && Number.isFinite(value)) return value * 1000;
  const text = neededText(input, name);
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(time)) throw invalid(`${name} must be a time, got ${JSON.stringify(text)}`);
  return time;
}

/** A yes or no. @throws Problem when it is something else */
export function booleanOf(input: Input, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || value === null || typeof value === "boolean")
    return value ?? undefined;
  if (value === "true" || value === "false") return value === "true";
  throw invalid(`${name} must be true or false, got ${JSON.stringify(value)}`);
}
