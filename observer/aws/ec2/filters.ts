import { structuresOf, textOf, textsOf } from "../wire/input";
import { Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import { integerOf } from "../wire/input";
import { pageOf, type Page } from "../wire/paging";

/** What the filters of one kind of thing read from it, by the filter's name. */
export type Filters<T> = Readonly<Record<string, (one: T) => readonly string[]>>;

/** The pattern of a filter's value: `*` and `?` stand for letters, as EC2 has it. */
function pattern(value: string): RegExp {
  const parts = value.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${parts.replaceAll("?", ".")}$`, "s");
}

/** EC2's most values of one filter. */
const MOST_VALUES = 200;
const LONGEST_VALUE = 255;

/**
 * The things for which every filter has a value that fits.
 *
 * @throws Problem for a filter that is not known: to ignore it would show too much
 */
export function filtered<T>(
  all: readonly T[],
  input: Input,
  filters: Filters<T>,
  tags: (one: T) => readonly { Key: string; Value: string }[],
): T[] {
  const tests = structuresOf(input, "Filter").map((filter) => {
    const name = textOf(filter, "Name") ?? "";
    const values = textsOf(filter, "Value") ?? [];
    const read = readerOf(name, filters, tags);
    if (!read) throw new Problem("InvalidParameterValue", `The filter '${name}' is invalid`);
    if (values.length > MOST_VALUES || values.some((one) => one.length > LONGEST_VALUE)) {
      throw new Problem("FilterLimitExceeded", `The filter '${name}' has too much in it`);
    }
    const patterns = values.map(pattern);
    return (one: T) => read(one).some((text) => patterns.some((fits) => fits.test(text)));
  });
  return all.filter((one) => tests.every((test) => test(one)));
}

function readerOf<T>(
  name: string,
  filters: Filters<T>,
  tags: (one: T) => readonly { Key: string; Value: string }[],
): ((one: T) => readonly string[]) | undefined {
  if (Object.hasOwn(filters, name)) return filters[name];
  if (name === "tag-key") return (one) => tags(one).map(({ Key }) => Key);
  if (!name.startsWith("tag:")) return undefined;
  const key = name.slice("tag:".length);
  return (one) => tags(one).flatMap((tag) => (tag.Key === key ? [tag.Value] : []));
}

/** EC2's page: 5 to 1000, all when the caller does not say. */
export function ec2Page<T>(
  all: readonly T[],
  input: Input,
  [sizeName, tokenName] = ["MaxResults", "NextToken"],
): Page<T> {
  const size = integerOf(input, sizeName, { min: 5, max: 1000 }) ?? 1000;
  return pageOf(all, { marker: textOf(input, tokenName), size }, "InvalidNextToken");
}

/** The things with these ids, or all. @throws Problem with this code for an id that nothing has */
export function withIds<T>(
  all: readonly T[],
  ids: readonly string[] | undefined,
  { id, code, what }: { id: (one: T) => string; code: string; what: string },
): readonly T[] {
  if (!ids) return all;
  const missing = ids.filter((one) => !all.some((thing) => id(thing) === one));
  if (missing.length > 0) {
    throw new Problem(code, `The ${what} '${missing.join(", ")}' does not exist`);
  }
  return all.filter((thing) => ids.includes(id(thing)));
}

/** Tags as EC2's answers have them. */
export const tagSet = (tags: readonly { Key: string; Value: string }[]) =>
  tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
