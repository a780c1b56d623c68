import { commonOptions, jsonOption, type OptionSpec, yesOption } from "./command";

/** Options that may stand before the command's name as well as behind it. */
const anywhere: Record<string, OptionSpec> = {
  ...commonOptions,
  json: jsonOption,
  yes: yesOption,
};

/** The command's name, and the words for it: those that stood before the name come first. */
export interface Call {
  name?: string;
  words: string[];
}

/** Finds the command's name behind options that every command may have. */
export function findName(all: readonly string[]): Call {
  const before: string[] = [];
  for (let at = 0; at < all.length; at++) {
    const word = all[at]!;
    const [, long, short] = /^--([\w-]+)(?:=|$)|^-(\w)$/.exec(word) ?? [];
    const found = Object.entries(anywhere).find(
      ([name, spec]) => name === long || (short !== undefined && spec.short === short),
    );
    if (!found) return { name: word, words: [...before, ...all.slice(at + 1)] };
    before.push(word);
    const takesNext = found[1].type === "string" && !word.includes("=");
    if (takesNext && at + 1 < all.length) before.push(all[++at]!);
  }
  return { words: before };
}
